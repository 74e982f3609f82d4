/** A gateway's half of the fleet: joins, keeps the keys of its workspace up to date, decides and counts. */

export {
  type Accepted,
  type Admission,
  type AuthorizationRequest,
  authorize,
  authorizeBy,
  type Decision,
  type Denied,
  NO_KEYS,
} from './authorize/authorize.ts';
export {
  type BodyFacts,
  type CallFacts,
  decideCall,
  environmentOf,
  explainCall,
} from './authorize/call-decision.ts';
export {
  bearerToken,
  findCredential,
  hasKey,
  KEY_IN_URL,
  mayHoldKey,
  type Presented,
  type SentCredentials,
  sortCredentials,
} from './authorize/credential.ts';
export {
  type Denial,
  type DenialAnswer,
  type DenialForm,
  denialAnswer,
  UNAVAILABLE,
} from './authorize/denial.ts';
export { findCaller } from './authorize/find-caller.ts';
export { pathReadings } from './authorize/path-readings.ts';
export { watchKeys, watchValidity } from './authorize/watch-validity.ts';
export { type Clock, systemClock } from './clock.ts';
export { findForwardProxy } from './connection/find-forward-proxy.ts';
export type {
  CallSubject,
  CanaryCaller,
  DecidedCall,
  Fleet,
  FleetStatus,
  GatewayFacts,
  NoKeys,
  WorkspaceKeys,
} from './fleet.ts';
export { FleetError, type FleetErrorCode } from './fleet-error.ts';
export type { FleetOptions } from './fleet-options.ts';
export {
  type Counters,
  createCounters,
  type Limiter,
  type LimitState,
  limitDenial,
  type Room,
  rateLimitHeaders,
  stateOf,
} from './limits/index.ts';
export { LINES_OMITTED, type Log, limitLines, logText } from './log.ts';
export { startFleet } from './start-fleet.ts';
export { makeFolder } from './state-folder/make-folder.ts';
export { applyPart } from './sync/apply-part.ts';
export {
  addCalls,
  type CallCounts,
  type CanaryTally,
  countCall,
  createCanaryTally,
  createNetworkNotes,
  noCalls,
} from './usage/index.ts';
export { createWorkerFleet, type WorkerFleet } from './workers/worker-fleet.ts';
export type { Worker, WorkerCommand, WorkerHealth, Workers } from './workers/workers.ts';
