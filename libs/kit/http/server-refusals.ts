import { randomUUID } from 'node:crypto';
import { STATUS_CODES, maxHeaderSize, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problemOf } from './problem';

/** As Node's parser and its HTTP server report what they refuse. */
type ClientError = Error & { code?: string; rawPacket?: unknown };

const longestHeader = 'The headers and the URL may have 16 KiB together.';

/** What is refused before there is a request, by the code of Node's error. Everything else is bad syntax. */
const refusals: Readonly<Record<string, { status: number; detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request did not arrive in time. Send it again, all of it.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    detail: 'The chunk extensions of the body are too long. Leave them out.',
  },
  HPE_HEADER_OVERFLOW: { status: 431, detail: `The headers are too long. ${longestHeader}` },
};

/** Answers, in place of Node's HTTP server, what that cannot read: with a problem, and then the connection ends. */
export function answerUnreadable(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  socket.end(response(refusalOf(error)));
}

/** Answers with a problem what Node's HTTP server would refuse by itself, without a body or by hanging up. */
export function refuseWithProblems(server: Server): void {
  server.on('checkExpectation', (_: IncomingMessage, reply: ServerResponse) => {
    const { status, headers, body } = asProblem(417, 'Only `Expect: 100-continue` can be met here.');
    reply.writeHead(status, headers).end(body);
  });
  server.on('connect', (_: IncomingMessage, socket: Socket) => {
    socket.end(response({ status: 501, detail: 'This is no proxy: CONNECT is not possible here.' }));
  });
}

function refusalOf({ code = '', message, rawPacket }: ClientError): { status: number; detail: string } {
  if (code === 'HPE_HEADER_OVERFLOW' && Buffer.isBuffer(rawPacket) && beginsTooLong(rawPacket))
    return { status: 414, detail: `The URL is too long. ${longestHeader}` };
  return refusals[code] ?? { status: 400, detail: `This is not HTTP/1.1: ${message.replace(/^Parse Error: /, '')}.` };
}

/** Whether a packet begins with a request line that is too long by itself. */
function beginsTooLong(packet: Buffer): boolean {
  const end = packet.indexOf('\r\n');
  return /^[A-Z]+ /.test(packet.toString('latin1', 0, 32)) && (end === -1 || end >= maxHeaderSize);
}

function asProblem(status: number, detail: string) {
  const correlationId = randomUUID();
  const body = JSON.stringify({
    ...problemOf(Object.assign(new Error(detail), { statusCode: status })),
    correlationId,
  });
  const headers = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-correlation-id': correlationId,
    'x-content-type-options': 'nosniff',
    connection: 'close',
  };
  return { status, headers, body };
}

function response({ status, detail }: { status: number; detail: string }): string {
  const { headers, body } = asProblem(status, detail);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
