/** What time it is for this process. Leases and due times use the database's clock instead: processes disagree. */
export abstract class Clock {
  abstract now(): Date;
}

/** The machine's own clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
