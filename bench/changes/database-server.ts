import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { openDatabase } from '../../apps/control-plane/src/db/open-database.ts';

/** The PostgreSQL server that all sides share, and what it counts. */
export interface DatabaseServer {
  readonly version: string;
  create(name: string): Promise<Database>;
  close(): Promise<void>;
}

export interface Database {
  readonly url: string;
  query(text: string, values?: unknown[]): Promise<pg.QueryResult>;
  count(): Promise<Counts>;
}

export interface Counts {
  readonly commits: number;
  readonly walBytes: number;
  /** Undefined where the server does not load pg_stat_statements. */
  readonly queries: number | undefined;
  /** Processor time of the whole server, in milliseconds; undefined outside Linux. */
  readonly cpuMs: number | undefined;
}

/** The server of DATABASE_URL, or the embedded one in the folder. */
export async function openDatabaseServer(dataDir: string): Promise<DatabaseServer> {
  const databaseUrl = process.env.DATABASE_URL;
  const server = await openDatabase({ databaseUrl, dataDir }, () => undefined, 'the benchmark');
  const admin = new pg.Client(server.config);
  await admin.connect();
  const clients = [admin];
  const names: string[] = [];
  return {
    version: (await admin.query('show server_version')).rows[0].server_version,
    async create(name) {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`create database ${name}`);
      names.push(name);
      const url = urlOf(server.config, name);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      clients.push(client);
      const hasStatements = await client.query('create extension pg_stat_statements').then(
        () =>
          client.query('select 1 from pg_stat_statements limit 1').then(
            () => true,
            () => false,
          ),
        () => false,
      );
      return {
        url,
        query: (text, values) => client.query(text, values),
        count: () => count(client, name, hasStatements),
      };
    },
    async close() {
      for (const client of clients.slice(1)) await client.end();
      for (const name of names) await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await server.close();
    },
  };
}

async function count(client: pg.Client, name: string, hasStatements: boolean): Promise<Counts> {
  const queries = `(select sum(calls) from pg_stat_statements join pg_database on oid = dbid
    where datname = $1)`;
  const { rows } = await client.query(
    `select xact_commit::float8 as commits, (pg_current_wal_insert_lsn() - '0/0')::float8 as wal,
      ${hasStatements ? queries : 'null'}::float8 as queries, pg_backend_pid() as pid
    from pg_stat_database where datname = $1`,
    [name],
  );
  const { commits, wal, queries: asked, pid } = rows[0];
  return { commits, walBytes: wal, queries: asked ?? undefined, cpuMs: serverCpuMs(pid) };
}

/** Of the parent of all backends, its children now, and those that it has outlived. */
function serverCpuMs(backendPid: number): number | undefined {
  const backend = readStat(backendPid);
  const parent = backend && readStat(backend.parent);
  if (!parent) return undefined;
  let sum = parent.own + parent.children;
  for (const name of readdirSync('/proc')) {
    const process = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (process?.parent === backend.parent) sum += process.own;
  }
  return sum;
}

/** See proc(5): parent, and user and system time of the process and of its ended children. */
function readStat(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0, , , , , , , , , , user = 0, system = 0, oldUser = 0, oldSystem = 0] =
      fields;
    return { parent, own: (user + system) * 10, children: (oldUser + oldSystem) * 10 };
  } catch {
    return undefined;
  }
}

function urlOf(config: pg.ClientConfig, name: string): string {
  if (config.connectionString) {
    const url = new URL(config.connectionString);
    url.pathname = `/${name}`;
    return url.href;
  }
  const { host = '', port = 5432, user = '' } = config;
  return `postgresql://${user}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
}
