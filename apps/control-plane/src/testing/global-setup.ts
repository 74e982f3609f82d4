/** Once per run: a server, and on it a migrated template that each test file clones. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../db/embedded/index.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { createLog } from '../log.ts';
import { copyDataDir } from './copy-data-dir.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly database: {
      readonly config: pg.ClientConfig;
      readonly template: string;
      /** It goes when the run ends, with every database on it. */
      readonly isTemporary: boolean;
      /** Its data outlives a loss of power. */
      readonly isDurable: boolean;
    };
    /** Of a control plane that was started once and stopped; to be copied, not started. */
    readonly usedDataDir: string;
  }
}

/** A machine that loses its power loses the run as well; tests of durability start their own server. */
const WITHOUT_DURABILITY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // It would go round the databases of all test files, and change plans between two runs of a test.
  autovacuum: 'off',
  // For the control planes of several test files at a time.
  max_connections: '300',
};

/**
 * Each server looks as it starts for jobs that were due in the minute before. Tests run them
 * themselves: one that runs beside a test changes what that compares.
 */
const WITHOUT_SCHEDULE = `update pgboss.version set cron_on = now() + interval '1 day'`;

interface Opened {
  readonly usedDataDir: string;
  readonly database: ProvidedContext['database'];
  close(): Promise<void>;
}

/** What the projects of one run share, each of which loads this file by itself. */
const shared = globalThis as { tollkeeperTests?: { opened: Promise<Opened>; projects: number } };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.tollkeeperTests ??= { opened: open(), projects: 0 };
  const run = shared.tollkeeperTests;
  run.projects += 1;
  const { usedDataDir, database, close } = await run.opened;
  project.provide('usedDataDir', usedDataDir);
  project.provide('database', database);
  return async () => {
    run.projects -= 1;
    if (run.projects > 0) return;
    delete shared.tollkeeperTests;
    await close();
  };
}

async function open(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-test-'));
  // PostgreSQL may run as another user, who has to pass.
  await chmod(folder, 0o711);
  const usedDataDir = await makeUsedDataDir(folder);
  const databaseUrl = process.env.DATABASE_URL;
  const server = databaseUrl ? theirs(databaseUrl) : await startCopy(usedDataDir, folder);
  const { config } = server;
  // Several runs may share a server.
  const template = `tollkeeper_template_${randomUUID().replaceAll('-', '')}`;
  const source = databaseUrl ? 'template1' : config.database;
  await onServer(config, `create database ${template} template ${source}`);
  const templateConfig = databaseConfig(config, template);
  if (databaseUrl) await migrate(templateConfig);
  // The first connection to a database also stores what each needs to begin; in a copy it is there.
  await onServer(templateConfig, WITHOUT_SCHEDULE);
  const isDurable = await isFsyncOn(config);
  return {
    usedDataDir,
    database: { config, template, isTemporary: !databaseUrl, isDurable },
    async close() {
      if (databaseUrl) await onServer(config, `drop database ${template}`);
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface TestServer {
  readonly config: pg.ClientConfig;
  close(): Promise<void>;
}

function theirs(connectionString: string): TestServer {
  return { config: { connectionString }, close: async () => undefined };
}

async function startCopy(usedDataDir: string, folder: string): Promise<TestServer> {
  const dataDir = join(folder, 'server');
  await copyDataDir(usedDataDir, dataDir);
  return startTestServer(dataDir);
}

async function makeUsedDataDir(folder: string): Promise<string> {
  const dataDir = join(folder, 'used');
  const server = await startTestServer(dataDir);
  await migrate(server.config);
  await server.close();
  return dataDir;
}

async function startTestServer(dataDir: string): Promise<TestServer> {
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => undefined,
    holder: 'the test run',
    settings: WITHOUT_DURABILITY,
  });
  return { config: { ...server.connection, ssl: false }, close: () => server.stop() };
}

/** As the first start on a database does, so that the one of each test file need not. */
async function migrate(config: pg.ClientConfig): Promise<void> {
  await migrateDatabase(config);
  await installQueues(config);
}

async function installQueues(config: pg.ClientConfig): Promise<void> {
  // Loads all of the control plane: once in a run, not once for each project.
  const { openJobs } = await import('../jobs/index.ts');
  const jobs = await openJobs(config, createLog('silent'));
  await jobs.stop();
}

async function isFsyncOn(config: pg.ClientConfig): Promise<boolean> {
  const [row] = await onServer(config, 'show fsync');
  return row?.fsync !== 'off';
}

/** Runs one statement beside the databases of the tests. */
export async function onServer(
  config: pg.ClientConfig,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function databaseConfig(config: pg.ClientConfig, database: string): pg.ClientConfig {
  if (!config.connectionString) return { ...config, database };
  const url = new URL(config.connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.href };
}
