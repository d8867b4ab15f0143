import type { FactoryProvider } from '@nestjs/common';
import type { z } from 'zod';
import { Runtime } from './runtime';
import { declareVariables, readVariables, type Environment } from './variables';

/** A module's settings: type, injection token and reader in one. */
export interface SettingsClass<Values extends object> {
  new (values: Values): Readonly<Values>;
  /** Read once, at start. @throws {Misconfigured} for the first variable that does not fit its schema. */
  from<Self>(this: new (values: Values) => Self, env: Environment): Self;
}

/**
 * Makes the base class of a module's settings.
 *
 * @param shape of the variables, by name: the module's one schema.
 * @param arrange gives the settings the form in which the module uses them.
 * @example
 * export class LoanSettings extends settingsFrom({ LIBRARY_LOAN_DAYS: z.coerce.number().default(28) }, (read) => ({
 *   loanDays: read.LIBRARY_LOAN_DAYS,
 * })) {}
 */
export function settingsFrom<Shape extends Record<string, z.ZodType>, Values extends object>(
  shape: Shape,
  arrange: (read: { [Name in keyof Shape]: z.infer<Shape[Name]> }) => Values,
): SettingsClass<Values> {
  declareVariables(Object.keys(shape));
  class ModuleSettings {
    constructor(values: Values) {
      Object.assign(this, values);
    }

    static from(env: Environment): ModuleSettings {
      return new this(arrange(readVariables(env, shape)));
    }
  }
  return ModuleSettings as unknown as SettingsClass<Values>;
}

/** Provides a module's settings, read from where the application has its variables. */
export function provideSettings<Settings extends { from(env: Environment): unknown }>(
  settings: Settings,
): FactoryProvider {
  const provide = settings as unknown as FactoryProvider['provide'];
  return { provide, inject: [Runtime], useFactory: ({ env }: Runtime) => settings.from(env) };
}
