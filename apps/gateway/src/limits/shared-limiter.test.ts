/** How long a call waits for Redis, and which of its answers count, by a clock that the tests advance. */
import { setImmediate } from 'node:timers/promises';
import { createCounters } from '@tollkeeper/gateway-core';
import type { Claim, RateLimit } from '@tollkeeper/verify';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../packages/gateway-core/src/testing/clock.ts';
import { createRedisStore } from './redis-store.ts';
import { createSharedLimiter } from './shared-limiter.ts';

const WINDOW_MS = 60_000;
const LIMIT: RateLimit = {
  ...{ id: 'pol_1/0 5/minute per key', name: '5/minute per key' },
  ...{ count: 5, unit: 'minute', windowMs: WINDOW_MS, per: 'key' },
};
const CLAIM: Claim = { limit: LIMIT, counter: `{ws_1} ${LIMIT.id} key_1` };
/** What the script answers to the first call. */
const FIRST = [1, WINDOW_MS];

/** A Redis that answers each command when the test does. */
async function connect() {
  const clock = createTestClock();
  const asked: ((answer: unknown) => void)[] = [];
  const client = {
    sendCommand: ([command]: readonly string[]) =>
      command === 'PING'
        ? Promise.resolve('PONG')
        : new Promise<unknown>((resolve) => void asked.push(resolve)),
    destroy: () => undefined,
    fault: () => undefined,
  };
  const changes: (string | undefined)[] = [];
  const limiter = createSharedLimiter({
    ...{ store: createRedisStore(client), counters: createCounters(clock), clock },
    changed: (_isShared, reason) => void changes.push(reason),
  });
  await setImmediate();
  expect(limiter.isShared()).toBe(true);
  return { clock, limiter, changes, answer: (value: unknown) => asked.shift()?.(value) };
}

type Connected = Awaited<ReturnType<typeof connect>>;

/** A call, and how it was decided, once it was. */
function call({ limiter }: Connected) {
  const decided: boolean[] = [];
  void Promise.resolve(limiter.take([CLAIM])).then(({ isFree }) => void decided.push(isFree));
  return { decided };
}

/** What is due by now has happened afterwards. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

describe('a call that is limited', () => {
  it('waits 250 ms for Redis, and then counts in this gateway alone', async () => {
    const redis = await connect();
    const { decided } = call(redis);
    redis.clock.advance(249);
    await settle();
    expect(decided).toEqual([]);
    redis.clock.advance(1);
    await settle();
    expect(decided).toEqual([true]);
    expect(redis.limiter.ownCalls()).toBe(1);
  });

  it('is counted by an answer that came before that', async () => {
    const redis = await connect();
    const { decided } = call(redis);
    redis.clock.advance(249);
    redis.answer([0, 5 * WINDOW_MS]);
    await settle();
    redis.clock.advance(1000);
    await settle();
    expect(decided).toEqual([false]);
    expect(redis.limiter.ownCalls()).toBe(0);
  });

  it('is decided once: an answer that comes later changes nothing', async () => {
    const redis = await connect();
    const { decided } = call(redis);
    redis.clock.advance(250);
    await settle();
    redis.answer([0, 5 * WINDOW_MS]);
    await settle();
    expect(decided).toEqual([true]);
  });

  it('waits for Redis no longer after three that waited in vain', async () => {
    const redis = await connect();
    for (let late = 0; late < 3; late++) {
      call(redis);
      redis.clock.advance(250);
      await settle();
    }
    expect(redis.limiter.isShared()).toBe(false);
    expect(redis.changes).toEqual([undefined, 'no answer within 250 ms']);
    const { decided } = call(redis);
    await settle();
    expect(decided).toEqual([true]);
    expect(redis.limiter.ownCalls()).toBe(4);
  });

  const strange: readonly unknown[] = [
    ...['OK', null, 7, [], [1], [1, null], [1, ''], [null, WINDOW_MS], [true, WINDOW_MS]],
    ...[
      [2, WINDOW_MS],
      [1, -1],
      [1, 0.5],
      [1, Number.NaN],
      [1, `${WINDOW_MS}`],
      [1, [WINDOW_MS]],
    ],
    ...[[1, 5 * WINDOW_MS + 1], [1, WINDOW_MS, 0], { 0: 1, 1: WINDOW_MS, length: 2 }],
  ];
  it.each(strange.map((answer) => ({ answer })))(
    'counts in this gateway where Redis answers $answer',
    async ({ answer }) => {
      const redis = await connect();
      const { decided } = call(redis);
      redis.answer(answer);
      await settle();
      expect(decided).toEqual([true]);
      expect(redis.limiter.ownCalls()).toBe(1);
    },
  );

  it('counts in Redis where it answers what the script does', async () => {
    const redis = await connect();
    const { decided } = call(redis);
    redis.answer(FIRST);
    await settle();
    expect(decided).toEqual([true]);
    expect(redis.limiter.ownCalls()).toBe(0);
  });
});
