import type { Module } from '../../modules';

/** Something that must never be, done to a module's data on purpose. */
export interface Plant {
  /** The invariant that it breaks. */
  readonly breaks: string;
  readonly by: string;
  readonly in: Module;
  readonly sql: string;
}
