import { expect, it } from 'vitest';
import type { RunningExport } from './running-exports.ts';
import { type Chunk, type Ending, streamExport } from './stream-export.ts';

it('looks through no more of a log where nothing matches once its client has left', async () => {
  let looked = 0;
  let leave: (() => void) | undefined;
  async function* chunks(): AsyncGenerator<Chunk> {
    for (looked = 1; looked <= 100; looked += 1) {
      if (looked === 3) leave?.();
      await Promise.resolve();
      yield { text: '', events: 0 };
    }
  }
  const begun = { stop: async () => undefined } as RunningExport;
  const endings: Ending[] = [];
  const reader = streamExport(
    begun,
    chunks(),
    async (ending) => void endings.push(ending),
  ).getReader();
  leave = () => void reader.cancel();
  await reader.read();
  expect(looked).toBe(3);
  expect(endings).toEqual([{ outcome: 'client_left', events: 0, bytes: 0 }]);
});
