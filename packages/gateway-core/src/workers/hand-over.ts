import { createRunLocks, openReader, type UsageSpool } from '../usage/index.ts';
import type { Workers } from './workers.ts';

/** The spool of a process that only hands over: its workers write, each into a run of its own. */
export function openHandOver(folder: string, workers: Workers): UsageSpool {
  const locks = createRunLocks(folder);
  const reader = openReader(folder, (id) => workers.isCounting(id) || locks.isHeld(id));
  const nothing = () => undefined;
  return {
    count: nothing,
    flush: nothing,
    roll: nothing,
    close: nothing,
    next: reader.next,
    stored: reader.stored,
    pendingCalls: () => workers.health().pendingCalls + reader.waitingCalls(),
    fault: () => workers.health().fault ?? reader.fault(),
  };
}
