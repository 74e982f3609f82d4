import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { atFileEnd } from './at-file-end.ts';
import { databaseConfig, onServer } from './global-setup.ts';

/** A database of the test file's own, cloned from the migrated template. */
export function createTestDatabase(): Promise<pg.ClientConfig> {
  return cloneDatabase(inject('database').template);
}

/** A database without a schema. */
export async function createEmptyDatabase(): Promise<pg.ClientConfig> {
  return cloneDatabase('template0');
}

/** As it is now: a backup, and what is restored from it. Nobody may be connected to the source. */
export function copyDatabase(source: pg.ClientConfig): Promise<pg.ClientConfig> {
  return cloneDatabase(new pg.Client(source).database ?? '');
}

/** Dropped when the test file ends, but from a server that goes with the run: a drop takes long. */
async function cloneDatabase(template: string): Promise<pg.ClientConfig> {
  const { config, isTemporary, isDurable } = inject('database');
  const name = `tollkeeper_test_${randomUUID().replaceAll('-', '')}`;
  // Two checkpoints, which cost little where nothing is synced; otherwise each page goes to the log.
  const strategy = isDurable ? 'wal_log' : 'file_copy';
  await onServer(config, `create database ${name} template ${template} strategy ${strategy}`);
  if (!isTemporary) {
    atFileEnd(() => onServer(config, `drop database if exists ${name} with (force)`));
  }
  return databaseConfig(config, name);
}
