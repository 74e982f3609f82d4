import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
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
  const server = await connectOnce(config);
  await server.query(`create database ${name} template ${template} strategy ${strategy}`);
  if (!isTemporary) {
    atFileEnd(() => onServer(config, `drop database if exists ${name} with (force)`));
  }
  return databaseConfig(config, name);
}

let connected: Promise<pg.Client> | undefined;

/** To the server of the tests, once for all files of a worker; it does not keep the worker from ending. */
function connectOnce(config: pg.ClientConfig): Promise<pg.Client> {
  connected ??= connectTo(config);
  return connected;
}

async function connectTo(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...config, stream: () => new Socket().unref() });
  // The server may end before the worker.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
