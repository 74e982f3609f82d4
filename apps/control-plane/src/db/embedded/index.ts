// The private PostgreSQL that the control plane brings along when no DATABASE_URL names a server.

export { hasCluster } from './create-cluster.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  type EmbeddedPostgresErrorCode,
} from './embedded-postgres.ts';
export { tryLock } from './file-lock.ts';
export { borrowEmbeddedPostgres, startEmbeddedPostgres } from './start-embedded-postgres.ts';
