/** Once per run: a server, and on it a migrated template that each test file clones. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { bossConnection } from '../jobs/boss-connection.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly database: {
      readonly config: pg.ClientConfig;
      readonly template: string;
      /** It goes when the run ends, with every database on it. */
      readonly isTemporary: boolean;
    };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tollkeeper-test-'));
  const databaseUrl = process.env.DATABASE_URL;
  const server = await openDatabase({ databaseUrl, dataDir }, () => undefined, 'the test run');
  // No test cuts this server's power; those of its durability start their own.
  if (!databaseUrl)
    await onServer(server.config, 'alter role current_user set synchronous_commit = off');
  // Several projects of one run may share a server.
  const template = `tollkeeper_template_${randomUUID().replaceAll('-', '')}`;
  await onServer(server.config, `create database ${template}`);
  await migrateDatabase(databaseConfig(server.config, template));
  await installQueues(databaseConfig(server.config, template));
  project.provide('database', {
    config: server.config,
    template,
    isTemporary: !databaseUrl,
  });
  return async () => {
    if (databaseUrl) await onServer(server.config, `drop database ${template}`);
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** As the first start on a database does, so that the one of each test file need not. */
async function installQueues(config: pg.ClientConfig): Promise<void> {
  const options = { schema: 'pgboss', supervise: false, schedule: false };
  const boss = new PgBoss({ ...bossConnection(config), ...options });
  await boss.start();
  await boss.stop({ graceful: false });
}

/** Runs one statement beside the databases of the tests. */
export async function onServer(config: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(statement);
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
