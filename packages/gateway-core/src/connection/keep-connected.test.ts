import { expect, test } from 'vitest';
import { createTestClock } from '../testing/clock.ts';
import { keepConnected } from './keep-connected.ts';
import type { Socket, SocketEvents } from './open-socket.ts';

interface Line {
  readonly tries: number[];
  readonly clock: ReturnType<typeof createTestClock>;
  /** Ends the connection that stands. */
  end(): Promise<void>;
  readonly connection: ReturnType<typeof keepConnected>;
}

/** Connections to a server that accepts each and ends it when a test says so. */
function openLine(random: () => number): Line {
  const clock = createTestClock();
  const tries: number[] = [];
  let events: SocketEvents | undefined;
  const connection = keepConnected({
    clock,
    random,
    open(makeEvents) {
      tries.push(clock.monotonicMs());
      const socket: Socket = { send: () => true, close: () => void end() };
      events = makeEvents(socket);
      return socket;
    },
    session: () => ({ message: async () => undefined, closed: async () => undefined }),
  });
  async function end(): Promise<void> {
    const ended = events;
    events = undefined;
    await ended?.closed('it was ended');
  }
  return { tries, clock, end, connection };
}

async function failedTries(line: Line, count: number): Promise<number[]> {
  for (let left = count; left > 0; left--) {
    await line.end();
    line.clock.advance(line.clock.waiting()[0] ?? Number.NaN);
  }
  return line.tries.map((at, index) => at - (line.tries[index - 1] ?? 0)).slice(1);
}

test('tries again quickly at first, then ever slower, up to ten seconds', async () => {
  const waits = await failedTries(
    openLine(() => 1),
    8,
  );

  expect(waits).toEqual([400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
});

test('is quick again after a connection that was stable, and only then', async () => {
  const line = openLine(() => 1);
  await failedTries(line, 6);
  line.clock.advance(9999);
  await line.end();
  expect(line.clock.waiting()).toEqual([10_000]);
  line.clock.advance(10_000);

  line.clock.advance(10_000);
  await line.end();

  expect(line.clock.waiting()).toEqual([400]);
});

test('spreads 200 gateways that lose the control plane at once over the whole wait', async () => {
  const firstWaits: number[] = [];
  const lateWaits: number[] = [];
  for (let gateway = 0; gateway < 200; gateway++) {
    const waits = await failedTries(openLine(Math.random), 8);
    firstWaits.push(waits[0] ?? 0);
    lateWaits.push(waits[7] ?? 0);
  }

  expect(Math.max(...firstWaits)).toBeLessThanOrEqual(400);
  const perSecond = Map.groupBy(lateWaits, (wait) => Math.floor(wait / 1000));
  expect(perSecond.size).toBe(10);
  for (const wave of perSecond.values()) expect(wave.length).toBeLessThan(60);
});

test('does not come back once it was closed', async () => {
  const line = openLine(() => 1);

  await line.connection.close('over');

  expect(line.clock.waiting()).toEqual([]);
  expect(line.tries).toHaveLength(1);
});

test('does not come back when it is closed while it waits', async () => {
  const line = openLine(() => 1);
  await line.end();

  await line.connection.close('over');

  expect(line.clock.waiting()).toEqual([]);
});
