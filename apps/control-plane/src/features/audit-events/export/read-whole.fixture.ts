import { splitLines } from '@tollkeeper/transparency-log';
import type { TestKey } from '../../../testing/keys.ts';
import type { TestApp } from '../../../testing/test-app.ts';

/** Often enough to see what is held, and seldom enough to cost nothing. */
const MEASURED_EVERY = 1000;

/**
 * Reads an export over HTTP as a program does, event by event, and checks that each follows the one before.
 * @returns how many there were, and by how much the process grew meanwhile: server and client are both in it
 */
export async function readWhole(app: TestApp, { secret }: TestKey, query: string) {
  const url = `${app.baseUrl}/v1/audit-events/export?${query}`;
  const before = process.memoryUsage.rss();
  const { body } = await fetch(url, { headers: { authorization: `Bearer ${secret}` } });
  if (!body) throw new Error('The export has no body');
  let [count, last, most] = [0, 0, before];
  for await (const lines of splitLines(body)) {
    for (const line of lines) {
      const { sequence } = JSON.parse(line);
      if (count > 0 && sequence !== last + 1) throw new Error(`${sequence} comes after ${last}`);
      last = sequence;
      count += 1;
      if (count % MEASURED_EVERY === 0) most = Math.max(most, process.memoryUsage.rss());
    }
  }
  return { count, grownMib: (most - before) / 2 ** 20 };
}
