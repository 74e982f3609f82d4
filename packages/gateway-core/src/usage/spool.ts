import { join } from 'node:path';
import { openReader, type UsageBatch, type UsageReader } from './reader.ts';
import { reportOf } from './report.ts';
import { createRunLocks } from './run-lock.ts';
import { openWriter, type UsageWriter, type WriterOptions } from './writer.ts';

/** The counts of a process that also hands them over, and those of its earlier runs. */
export interface UsageSpool
  extends Omit<UsageReader, 'waitingCalls'>,
    Omit<UsageWriter, 'held' | 'heldStored'> {}

/**
 * @param folder belongs to this process alone. Where several count, each has a writer, and one of
 * them a reader that knows which of them run
 * @param runId new at each start: 32 hexadecimal digits
 */
export function openSpool(folder: string, runId: string, options?: WriterOptions): UsageSpool {
  const { held, heldStored, ...writer } = openWriter(join(folder, runId), options);
  const locks = createRunLocks(folder);
  const reader = openReader(folder, (id) => id === runId || locks.isHeld(id));

  function heldBatch(): UsageBatch | undefined {
    const batch = held();
    return batch && { spoolId: runId, sequence: batch.sequence, ...reportOf(batch.sums) };
  }

  return {
    ...writer,
    // What is in the file that stands open goes before what is in memory, and becomes a batch by it.
    next: () => reader.next() ?? heldBatch() ?? reader.next(),
    stored(spoolId, sequence) {
      if (spoolId === runId) heldStored(sequence);
      reader.stored(spoolId, sequence);
    },
    pendingCalls: () => writer.pendingCalls() + reader.waitingCalls(),
    fault: () => writer.fault() ?? reader.fault(),
  };
}
