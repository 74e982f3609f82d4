/** The control plane's half of the fleet protocol: gateways connect here and follow a workspace. */
export { type Connection, hasIdentityConflict, listConnections } from './connections.ts';
export { type Hub, startHub } from './hub.ts';
export {
  type Incident,
  type IncidentCounter,
  type IncidentSum,
  startIncidentCounter,
} from './incident-counter.ts';
export { isFleetUpgrade, registerFleet } from './register-fleet.ts';
export { upsertCosignature } from './store-witnesses.ts';
export type { PublishedLog } from './witnesses.ts';
