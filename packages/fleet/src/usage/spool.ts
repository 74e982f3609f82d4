import { join } from 'node:path';
import { openReader, type UsageReader } from './reader.ts';
import { openWriter, type UsageWriter, type WriterOptions } from './writer.ts';

/** The counts of a process that also hands them over, and those of its earlier runs. */
export interface UsageSpool extends Omit<UsageReader, 'waitingCalls'>, UsageWriter {}

/**
 * @param folder belongs to this process alone. Where several count, each has a writer, and one of
 * them a reader that knows which of them run
 * @param runId new at each start: 32 hexadecimal digits
 */
export function openSpool(folder: string, runId: string, options?: WriterOptions): UsageSpool {
  let isOpen = true;
  const writer = openWriter(join(folder, runId), options);
  const reader = openReader(folder, (id) => isOpen && id === runId);
  return {
    ...writer,
    next: reader.next,
    taken: reader.taken,
    pendingCalls: () => writer.pendingCalls() + reader.waitingCalls(),
    fault: () => writer.fault() ?? reader.fault(),
    close() {
      writer.close();
      isOpen = false;
    },
  };
}
