export { findFreePorts } from './free-ports';
export { nodeFlags } from './node-flags';
export { canLaunchRabbitMq, launchRabbitMq } from './rabbitmq';
export { portOf, servicesAt } from './services';
