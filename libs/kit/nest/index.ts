export { inTransaction, transactionOf } from './commands';
export { handledMessage } from './enhanced-handlers';
export { Kit, type KitOptions } from './kit.module';
export { MessagingStrategy } from './messaging.strategy';
export { ModuleExplorer, type KitModule } from './module-explorer';
export { provideSettings, settingsFrom } from './module-settings';
export { Runtime } from './runtime';
export { Seal } from './seal';
export { Misconfigured, milliseconds, readSettings, readVariables, type Environment, type Settings } from './settings';
