import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DecisionFigures } from '../packages/verify/bench/decisions.ts';

const SCRIPT = fileURLToPath(new URL('../packages/verify/bench/decisions.ts', import.meta.url));

/** In a process of its own, so that nothing else's garbage is counted as memory of keys. */
export async function measureDecisions(): Promise<DecisionFigures> {
  const measuring = promisify(execFile)(process.execPath, [SCRIPT]);
  process.once('exit', () => measuring.child.kill('SIGKILL'));
  return JSON.parse((await measuring).stdout);
}
