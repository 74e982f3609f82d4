import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, inject } from 'vitest';
import { databaseConfig, onServer } from './global-setup.ts';

/** A database of the test file's own, cloned from the migrated template; dropped at its end. */
export async function createTestDatabase(): Promise<pg.ClientConfig> {
  const { config, template } = inject('database');
  const name = `tollkeeper_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(config, `create database ${name} template ${template}`);
  afterAll(() => onServer(config, `drop database if exists ${name} with (force)`));
  return databaseConfig(config, name);
}
