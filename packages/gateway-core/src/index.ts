/** A gateway's half of the fleet: joins, keeps the keys of its workspace up to date, decides and counts. */

export * from './authorize/index.ts';
export { systemClock } from './clock.ts';
export type { CallSubject, Fleet, FleetStatus, NoKeys, WorkspaceKeys } from './fleet.ts';
export { FleetError, type FleetErrorCode } from './fleet-error.ts';
export type { FleetOptions } from './fleet-options.ts';
export type { Log } from './log.ts';
export { LINES_OMITTED, limitLines, logText } from './log-limits.ts';
export { startFleet } from './start-fleet.ts';
export { makeFolder } from './state-folder/index.ts';
export { applyPart } from './sync/apply-part.ts';
export { addCalls, type CallCounts, countCall, noCalls } from './usage/index.ts';
export {
  createWorkerFleet,
  type Worker,
  type WorkerCommand,
  type WorkerFleet,
  type WorkerHealth,
  type Workers,
} from './workers/index.ts';
