/** The fleet protocol: its bytes for both ends, and the gateway's half of it. */
export type { CallSubject, Fleet, FleetStatus, NoKeys, WorkspaceKeys } from './fleet.ts';
