/** Several processes that decide and count as one instance: what the primary tells its workers. */
export type { WorkerCommand, WorkerPlace } from './command.ts';
export { openHandOver } from './hand-over.ts';
export { createToldFreshness } from './told-freshness.ts';
export { createWorkerFleet, type WorkerFleet } from './worker-fleet.ts';
export type { Worker, WorkerHealth, Workers } from './workers.ts';
export { createWorkersFollower } from './workers-follower.ts';
