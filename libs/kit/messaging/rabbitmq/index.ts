export { RabbitMqQuestions, type RabbitMqQuestionsOptions } from './rabbitmq.questions';
export { RabbitMqStrategy, type Service } from './rabbitmq.strategy';
export { RabbitMqTransport, type RabbitMqTransportOptions } from './rabbitmq.transport';
