export type Sender = 'client' | 'server';

/** As much of a wire protocol as is needed to tell its messages apart. */
export interface Protocol {
  /** How many bytes the first frame has; undefined while not enough of it has come to know. */
  lengthOf(bytes: Buffer, sender: Sender, isFirst: boolean): number | undefined;
  /** Follows one connection. @returns a reader that names the frames worth naming. */
  follow(): (sender: Sender, frame: Buffer) => string | undefined;
}

/** Takes bytes as they come and gives the frames that are complete, in order. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0);
  private isFirst = true;

  constructor(
    private readonly protocol: Protocol,
    private readonly sender: Sender,
  ) {}

  *take(bytes: Buffer): Iterable<Buffer> {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const length = this.protocol.lengthOf(this.rest, this.sender, this.isFirst);
      if (length === undefined || this.rest.length < length) return;
      yield this.rest.subarray(0, length);
      this.rest = this.rest.subarray(length);
      this.isFirst = false;
    }
  }
}
