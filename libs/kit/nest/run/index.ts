export { createApp, type App, type AppOptions } from './create-app';
export { forwardRequests } from './forward-requests';
export { run } from './run';
