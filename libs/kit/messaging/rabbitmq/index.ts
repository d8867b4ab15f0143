export { RabbitMqQuestions, type RabbitMqQuestionsOptions } from './rabbitmq.questions';
export { RabbitMqTransport, type RabbitMqTransportOptions } from './rabbitmq.transport';
