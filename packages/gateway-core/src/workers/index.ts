/** Several processes that decide and count as one instance: what the primary tells its workers. */
export type { WorkerCommand, WorkerPlace } from './command.ts';
export { openHandOver } from './hand-over.ts';
export { createSharedFreshness } from './shared-freshness.ts';
export { createWorkerFleet, type WorkerFleet } from './worker-fleet.ts';
export { createWorkerKeyStore } from './worker-key-store.ts';
export type { Worker, WorkerHealth, Workers } from './workers.ts';
