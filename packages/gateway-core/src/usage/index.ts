/**
 * The usage spool: what a gateway counted, on its disk until the control plane has stored it. A count
 * is in a file before its answer is released, so that it survives the end of the process (not of
 * the machine: nothing is synced), and leaves in numbered batches that are counted once.
 */

export { type CanaryTally, createCanaryTally } from './canary-tally.ts';
export { createNetworkNotes } from './network-notes.ts';
export { openReader, type UsageBatch, type UsageReader } from './reader.ts';
export { usageInVersion } from './report.ts';
export { createRunLocks, lockRun } from './run-lock.ts';
export { openSpool, type UsageSpool } from './spool.ts';
export { addCalls, type CallCounts, countCall, noCalls } from './sums.ts';
export { openWriter } from './writer.ts';
