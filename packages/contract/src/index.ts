/** The wire: what server, SDK, command line and dashboard agree on. Declares; does nothing. */
export * from './api-key.ts';
export * from './decision.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './openapi.ts';
export * from './plans.ts';
export * from './problem.ts';
export * from './profiles.ts';
export * from './roles.ts';
export * from './route.ts';
export type { Identity } from './routes/access.ts';
export {
  GRACE_SECONDS_MAX,
  KEY_SORTS,
  type KeySort,
} from './routes/api-keys.ts';
export * from './routes/index.ts';
export {
  ENVIRONMENTS,
  MEMBER_STATUSES,
  type Member,
  type Workspace,
} from './routes/organization.ts';
export * from './scopes.ts';
export * from './text.ts';
export * from './usage.ts';
