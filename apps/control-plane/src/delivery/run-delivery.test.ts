import { expect, it } from 'vitest';
import { type Delivery, deliverOnce, runDelivery } from './run-delivery.ts';
import type { UnderWay } from './under-way.ts';

interface Item {
  readonly id: string;
  readonly organizationId: string;
}

/** Sends items that are due until the test ends each of them, and notes what happens. */
function watchDelivery(...due: readonly string[]) {
  const waiting = due.map((id) => ({ id, organizationId: `org_${id[0]}` }));
  const noted: string[] = [];
  const counts: Record<string, number>[] = [];
  const ends = new Map<string, (answer: string) => void>();
  const delivery: Delivery<Item, string> = {
    atOnceMax: 3,
    async claim(countMax, underWay: UnderWay) {
      counts.push(Object.fromEntries(underWay));
      return waiting.splice(0, countMax);
    },
    organizationOf: ({ organizationId }) => organizationId,
    send: ({ id }, cut) =>
      new Promise((resolve, reject) => {
        ends.set(id, resolve);
        cut.addEventListener('abort', () => reject(new Error('cut')));
      }),
    async record({ id }, answer) {
      if (answer === 'fault') throw new Error('the database is gone');
      noted.push(`${id} ${answer}`);
    },
    async giveBack({ id }) {
      noted.push(`${id} given back`);
    },
    async onFault({ id }, error) {
      noted.push(`${id} ${error}`);
      throw error;
    },
    isAnyEnabled: async () => due.length > 0,
  };
  const end = async (id: string, answer: string) => {
    while (!ends.has(id)) await new Promise((next) => setImmediate(next));
    ends.get(id)?.(answer);
  };
  return { delivery, noted, counts, end };
}

it('claims no more than has room, and says how much is under way of each organization', async () => {
  const { delivery, noted, counts, end } = watchDelivery('a1', 'a2', 'b1', 'b2');
  const stopping = new AbortController();
  const run = runDelivery(delivery, stopping.signal);
  await end('a1', 'sent');
  await end('b2', 'sent');
  expect(counts).toContainEqual({ org_a: 1, org_b: 1 });
  await end('a2', 'fault');
  await end('b1', 'sent');
  stopping.abort();
  expect(await run).toBe(4);
  expect(noted).toEqual(['a1 sent', 'b2 sent', 'a2 Error: the database is gone', 'b1 sent']);
});

it('records at a stop what still ends, and gives back the rest', async () => {
  const { delivery, noted, end } = watchDelivery('a1', 'a2');
  const stopping = new AbortController();
  const run = runDelivery(delivery, stopping.signal, { graceMs: 1000 });
  const ended = end('a1', 'sent');
  stopping.abort();
  await ended;
  expect(await run).toBe(2);
  expect(noted).toEqual(['a1 sent', 'a2 given back']);
});

it('ends at once where nothing may become due, and with an error that a claim had', async () => {
  const { signal } = new AbortController();
  expect(await runDelivery(watchDelivery().delivery, signal)).toBe(0);
  const { delivery } = watchDelivery('a1');
  const claim = () => Promise.reject(new Error('the database is gone'));
  await expect(runDelivery({ ...delivery, claim }, signal)).rejects.toThrow('the database is gone');
});

it('can send once all that is due', async () => {
  const { delivery, noted, end } = watchDelivery('a1', 'b1');
  const once = deliverOnce(delivery);
  await end('b1', 'sent');
  await end('a1', 'fault');
  expect(await once).toBe(2);
  expect(noted).toEqual(['b1 sent', 'a1 Error: the database is gone']);
});
