import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { firstPlace, places, wish } from '../town';
import type { Placed } from './customers';

const answerWithinMs = 30_000;

type Said = Pick<Placed, 'orderId' | 'status' | 'retryAfter'>;
const nothing: Said = { orderId: undefined, status: undefined, retryAfter: undefined };

/** Places orders over HTTP, at each restaurant in turn, and remembers what came of them. */
export class Orders {
  private readonly agent: Agent;
  private readonly answers: Promise<Placed>[] = [];
  private count = 0;

  constructor(
    private readonly url: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @param plannedAt when it should have been placed, if the customer had not been late. */
  place(plannedAt: number): Promise<Placed> {
    const n = this.count++;
    const answer = this.post(wish(firstPlace + (n % places), n)).then(
      (said) => ({ ...said, plannedAt, answeredAt: performance.timeOrigin + performance.now() }),
      () => ({ ...nothing, plannedAt, answeredAt: performance.timeOrigin + performance.now() }),
    );
    this.answers.push(answer);
    return answer;
  }

  /** Waits for the answers that are still to come. */
  async end(): Promise<Placed[]> {
    const all = await Promise.all(this.answers);
    this.agent.destroy();
    return all;
  }

  private post(order: object): Promise<Said> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.agent, headers, timeout: answerWithinMs };
      const sent = request(`${this.url}/orders`, options, (answer) => {
        const read = async () => {
          const body = await text(answer);
          const { statusCode: status, headers } = answer;
          const orderId = status === 202 ? (JSON.parse(body) as { orderId: string }).orderId : undefined;
          return { orderId, status, retryAfter: headers['retry-after'] };
        };
        read().then(resolve, reject);
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(JSON.stringify(order));
    });
  }
}
