import type { Protocol } from './protocol';

const protocolHeaderBytes = 8;
/** Type, channel and length before the payload; one byte behind it. */
const [headBytes, tailBytes] = [7, 1];
const methodFrame = 1;

/** By class and method: those that carry messages. */
const names: Readonly<Record<string, string>> = {
  '60.40': 'publish',
  '60.60': 'deliver',
  '60.80': 'ack',
};

/** AMQP 0-9-1: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, sections 2.3.5 and 4.2. */
export const amqp: Protocol = {
  lengthOf(bytes, sender, isFirst) {
    if (sender === 'client' && isFirst) return protocolHeaderBytes;
    return bytes.length < headBytes ? undefined : headBytes + bytes.readUInt32BE(3) + tailBytes;
  },

  follow: () => (_, frame) =>
    frame[0] === methodFrame && frame.length >= headBytes + 4
      ? names[`${frame.readUInt16BE(headBytes)}.${frame.readUInt16BE(headBytes + 2)}`]
      : undefined,
};
