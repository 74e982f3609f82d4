import { createCounters, type Limiter, systemClock } from '@tollkeeper/gateway-core';
import type { Claim, RateLimit } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import type { TakeRequest } from '../workers/message.ts';
import { takeForWorker } from './take-for-worker.ts';
import { createWorkerLimiter } from './worker-limiter.ts';

const name = '10/day per key';
const limit: RateLimit = {
  ...{ id: `pol_1/0 ${name}`, name, count: 10 },
  ...{ unit: 'day', windowMs: 86_400_000, per: 'key' },
};
const CLAIMS: readonly Claim[] = [{ limit, counter: `${limit.id} key_1` }];

/** A worker of a first process with these counters, and all that it asks. */
function startWorker(limiter: Limiter) {
  const requests: TakeRequest[] = [];
  const worker = createWorkerLimiter((request) => {
    requests.push(request);
    void takeForWorker(limiter, structuredClone(request)).then((response) => {
      worker.receive(structuredClone(response));
    });
  });
  return { worker, requests };
}

it('lets workers together take no more than there is, and asks once a turn', async () => {
  const counters = createCounters(systemClock);
  const workers = [startWorker(counters), startWorker(counters), startWorker(counters)];
  const taking = workers.flatMap(({ worker }) =>
    Array.from({ length: 7 }, async () => worker.take(CLAIMS)),
  );
  const rooms = await Promise.all(taking);
  expect(rooms.filter(({ isFree }) => isFree)).toHaveLength(10);
  expect(workers.map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
});

it('rejects for the calls that nothing is known of, and for no others', async () => {
  let calls = 0;
  const counters = createCounters(systemClock);
  const { worker } = startWorker({
    take: (claims) => (++calls === 1 ? Promise.reject(new Error('away')) : counters.take(claims)),
  });
  const [lost, taken] = await Promise.allSettled([worker.take(CLAIMS), worker.take(CLAIMS)]);
  expect([lost.status, taken.status]).toEqual(['rejected', 'fulfilled']);
});

it('rejects once the first process has not answered for too long, and ignores what comes later', async () => {
  const worker = createWorkerLimiter(() => undefined, 1);
  await expect(worker.take(CLAIMS)).rejects.toThrow(/first process/);
  worker.receive({ taken: 1, rooms: [] });
});
