/**
 * For the set-up of every test file: what has to come may take as long as on a machine that does much
 * else. Vitest itself gives up after a second. A wait without a limit of its own gets this one, which
 * is shorter than that of a test, so that a failure names what did not come.
 */
import { vi } from 'vitest';

const PATIENCE_MS = 60_000;

type Options = Parameters<typeof vi.waitFor>[1];

const { waitFor, waitUntil } = vi;
vi.waitFor = (attempt, options) => waitFor(attempt, patient(options));
vi.waitUntil = (attempt, options) => waitUntil(attempt, patient(options));

function patient(options: Options): Options {
  return typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options };
}
