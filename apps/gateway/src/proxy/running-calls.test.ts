import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Call } from './call.ts';
import { createConnections } from './connections.ts';
import { createRunningCalls } from './running-calls.ts';

it('counts a call no longer whose connection was closed before it was read', async () => {
  const ignore = () => undefined;
  const connections = createConnections(ignore, ignore);
  const running = createRunningCalls();
  const call = { req: { socket: new Socket() }, onEnd: undefined } as unknown as Call;
  // As `create-server.ts` and `receive.ts` do in one turn.
  connections.use(call, () => undefined);
  expect(running.begin(call, 'key', 1)).toBe(true);
  expect(running.begin({ onEnd: undefined }, 'key', 1)).toBe(false);
  await setImmediate();
  expect(running.begin({ onEnd: undefined }, 'key', 1)).toBe(true);
});
