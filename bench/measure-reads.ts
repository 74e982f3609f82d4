import { connect, JOB_LIMITS } from '../apps/control-plane/src/db/connect.ts';
import { addSegments } from '../apps/control-plane/src/features/audit-events/index.ts';
import { createLog } from '../apps/control-plane/src/log.ts';
import {
  type Filled,
  fillDatabase,
  type Scale,
} from '../apps/control-plane/src/testing/reads/fill-database.ts';
import { listReads, type Read } from '../apps/control-plane/src/testing/reads/list-reads.ts';
import { start, startOurs } from './changes/control-plane.ts';
import { type Database, openDatabaseServer } from './changes/database-server.ts';
import { type Spread, spread } from './compare.ts';
import { line, title, whole } from './report.ts';

export interface ReadFigures extends Read {
  readonly caller: string;
  /** Its answers in milliseconds, but the first. */
  readonly ms: Spread;
  /** Divided by the baseline, asked in turns by the same caller. */
  readonly ratio: Spread;
}

export interface ReadsFigures {
  readonly postgres: string;
  readonly reads: readonly ReadFigures[];
}

/** What every GET of the API is to stay below, by the median of its answers. */
export const BOUND_MS = 200;

export function isTooSlow({ ms }: ReadFigures): boolean {
  return ms.median >= BOUND_MS;
}

export const SCALE: Scale = { keys: 100_000, auditEvents: 1_000_000, rowsEach: 100 };
/** The same way through the server and the same credential, and an answer that reads one small table. */
export const BASELINE = '/v1/scopes';
const ROUNDS = 5;

interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The first page of every GET that the contract declares, on a full database. */
export async function measureReads(dataDir: string): Promise<ReadsFigures> {
  const databaseServer = await openDatabaseServer(`${dataDir}-server`);
  try {
    const database = await databaseServer.create('tollkeeper_bench_reads');
    const { cookie, filled } = await fill(database, dataDir);
    const { port, stop } = await start(database, dataDir);
    try {
      const callers: readonly Caller[] = [
        { name: 'session', headers: { cookie } },
        { name: 'key', headers: { authorization: `Bearer ${filled.secret}` } },
      ];
      const reads: ReadFigures[] = [];
      for (const caller of callers) {
        for (const read of listReads(filled)) {
          reads.push(await measureRead(`http://127.0.0.1:${port}`, read, caller));
        }
      }
      return { postgres: databaseServer.version, reads };
    } finally {
      await stop();
    }
  } finally {
    await databaseServer.close();
  }
}

/** By a server that is stopped again: what was filled in is read at a start. */
async function fill(
  database: Database,
  dataDir: string,
): Promise<{ readonly cookie: string; readonly filled: Filled }> {
  const { server, owner } = await startOurs(database, dataDir);
  await server.stop();
  // A power cut may take what is filled in; the foreign keys hold by how it is made.
  await database.query('set synchronous_commit = off');
  await database.query('set session_replication_role = replica').catch(() => undefined);
  const filled = await fillDatabase(database.query, owner, SCALE);
  await indexEvents(database);
  return { cookie: owner.cookie, filled };
}

/** What the job of the server does, which starts afterwards. */
async function indexEvents({ url }: Database): Promise<void> {
  const { db, end } = connect({ connectionString: url }, 1, () => undefined, JOB_LIMITS);
  await addSegments({ db, log: createLog('warn') });
  await end();
}

async function measureRead(
  baseUrl: string,
  read: Read,
  { name, headers }: Caller,
): Promise<ReadFigures> {
  const ask = (path: string) => timed(`${baseUrl}${path}`, headers);
  await ask(read.path);
  const ms: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const baselineMs = await ask(BASELINE);
    const readMs = await ask(read.path);
    ms.push(readMs);
    ratios.push(readMs / baselineMs);
  }
  return { ...read, caller: name, ms: spread(ms), ratio: spread(ratios) };
}

async function timed(url: string, headers: Caller['headers']): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, { headers });
  const text = await response.text();
  // A caller may lack the scope for a part of what it asks for, which only reading it tells.
  if (!response.ok && response.status !== 403)
    throw new Error(`GET ${url} answered ${response.status}: ${text}`);
  return performance.now() - startedAt;
}

/** A line for each route and caller with its slowest request, and one for each above the bound. */
export function printReads({ postgres, reads }: ReadsFigures): void {
  const size = `${whole(SCALE.keys)} keys and ${whole(SCALE.auditEvents)} audit events`;
  title(`First pages of every GET on PostgreSQL ${postgres} with ${size}, beside ${BASELINE}`);
  for (const [name, all] of Map.groupBy(reads, ({ pattern, caller }) => `${pattern} ${caller}`)) {
    const [bare] = all;
    const slowest = all.toSorted((a, b) => b.ms.median - a.ms.median)[0];
    if (!bare || !slowest) continue;
    const query = slowest.path.split('?')[1];
    const worst = query === undefined ? [] : [`slowest ${figures(slowest)} ?${query}`];
    line(name, figures(bare), ...worst);
  }
  const slow = reads.filter(isTooSlow);
  line(`requests of ${BOUND_MS} ms or more`, `${slow.length} of ${reads.length}`);
  for (const each of slow) line(`  TOO SLOW by ${each.caller}`, figures(each), each.path);
}

function figures({ ms, ratio }: ReadFigures): string {
  return `${ms.median.toFixed(1)} ms (${ms.min.toFixed(1)} to ${ms.max.toFixed(1)}), ${ratio.median.toFixed(1)} ×`;
}
