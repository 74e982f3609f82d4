import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { databaseConfig, onServer } from './global-setup.ts';

/** A database of the test file's own, cloned from the migrated template; dropped at its end. */
export function createTestDatabase(): Promise<pg.ClientConfig> {
  return cloneDatabase(inject('database').template);
}

/** As it is now: a backup, and what is restored from it. Nobody may be connected to the source. */
export function copyDatabase(source: pg.ClientConfig): Promise<pg.ClientConfig> {
  return cloneDatabase(new pg.Client(source).database ?? '');
}

async function cloneDatabase(template: string): Promise<pg.ClientConfig> {
  const { config } = inject('database');
  const name = `tollkeeper_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(config, `create database ${name} template ${template}`);
  afterAll(() => onServer(config, `drop database if exists ${name} with (force)`));
  return databaseConfig(config, name);
}
