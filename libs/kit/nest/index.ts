export { createApp, type App, type AppOptions } from './create-app';
export { forwardRequests } from './forward-requests';
export { run } from './run';
export { Runtime } from './runtime';
export { Seal } from './seal';
export { ServiceModule, servicesOf, type Service } from './service.module';
export { Misconfigured, milliseconds, readSettings, readVariables, type Environment, type Settings } from './settings';
