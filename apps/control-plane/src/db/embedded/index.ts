// The private PostgreSQL that the control plane brings along when no DATABASE_URL names a server.
export { borrowEmbeddedPostgres } from './borrow-embedded-postgres.ts';
export type { EmbeddedOptions, EmbeddedPostgres } from './embedded-postgres.ts';
export {
  EmbeddedPostgresError,
  type EmbeddedPostgresErrorCode,
} from './embedded-postgres-error.ts';
export { tryLock } from './file-lock.ts';
export { hasCluster } from './has-cluster.ts';
export { startEmbeddedPostgres } from './start-embedded-postgres.ts';
