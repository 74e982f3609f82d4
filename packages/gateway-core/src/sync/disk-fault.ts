import { reasonOf } from '../fleet-error.ts';
import type { SyncContext } from './sync-state.ts';

/** A full or broken disk stops no decision: this gateway goes on in memory, and says so. */
export function noteDiskFault({ faults, log }: SyncContext, error: unknown): void {
  faults.set('disk', `The snapshot cannot be stored: ${reasonOf(error)}.`);
  log.error({ err: error }, 'the snapshot cannot be stored; this gateway goes on in memory');
}
