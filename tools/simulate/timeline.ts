import { Api } from './api';

/** How long it took from `placed`, by the clocks of the server. */
export interface Timeline {
  readonly confirmedInMs?: number;
  readonly deliveredInMs?: number;
}

interface Tracking {
  readonly timeline: readonly { readonly at: string; readonly what: string }[];
}

/** In the words of the order's tracking. */
const milestones = {
  placed: 'You placed the order.',
  confirmed: 'The order is confirmed.',
  delivered: 'Delivered. Enjoy your meal.',
};

const readersAtOnce = 8;

/** Looks back at the orders. */
export async function readTimelines(url: string, orderIds: readonly string[]): Promise<Timeline[]> {
  const api = new Api(url);
  const timelines: Timeline[] = [];
  const next = orderIds.values();
  const readSome = async () => {
    for (const orderId of next)
      timelines.push(timelineOf(await api.ask<Tracking>({ method: 'GET', path: `/orders/${orderId}/tracking` })));
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readSome)).finally(() => api.close());
  return timelines;
}

function timelineOf({ timeline }: Tracking): Timeline {
  const at = (what: string) => timeline.find((entry) => entry.what === what)?.at;
  const placed = at(milestones.placed);
  const since = (moment: string | undefined) =>
    placed && moment ? Date.parse(moment) - Date.parse(placed) : undefined;
  const [confirmedInMs, deliveredInMs] = [since(at(milestones.confirmed)), since(at(milestones.delivered))];
  return {
    ...(confirmedInMs !== undefined && { confirmedInMs }),
    ...(deliveredInMs !== undefined && { deliveredInMs }),
  };
}
