import { connect, JOB_LIMITS } from '../../apps/control-plane/src/db/connect.ts';
import { addSegments } from '../../apps/control-plane/src/features/audit-events/add-segments.ts';
import { createLog } from '../../apps/control-plane/src/log.ts';
import { integrateAuditLog } from '../../apps/control-plane/src/transparency-log/index.ts';
import { deriveAuditLogKey } from '../../packages/protocol/src/index.ts';
import { insertOrganization, start, startOurs } from '../changes/control-plane.ts';
import { type Database, openDatabaseServer } from '../changes/database-server.ts';
import { appendEvents, fillAuditLog } from './fill-audit-log.ts';
import { type ExportFigures, measureExport } from './measure-export.ts';
import { type FilterFigures, measureFilters } from './measure-filters.ts';

/** What each event took, in microseconds: passed by the clock, and of the processors by both processes. */
export interface PerEvent {
  readonly events: number;
  readonly elapsedUs: number;
  readonly cpuUs: number | undefined;
}

export interface AuditFigures {
  readonly postgres: string;
  readonly events: number;
  readonly segments: PerEvent;
  readonly integration: PerEvent;
  readonly filters: readonly FilterFigures[];
  readonly exports: ExportFigures;
}

/** Events of the organization whose log is read. */
const EVENTS = 1_000_000;
const UNMEASURED = 20_000;
const INTEGRATED = 50_000;
const EXPORTED = 100_000;

/** The audit log of an organization with a million events. */
export async function measureAudit(dataDir: string): Promise<AuditFigures> {
  const databaseServer = await openDatabaseServer(`${dataDir}-server`);
  try {
    const database = await databaseServer.create('tollkeeper_bench_audit');
    const { server, owner } = await startOurs(database, dataDir);
    await server.stop();
    const other = await insertOrganization(database, owner.memberId, 2);
    const integration = await measureIntegration(database, other);
    await fillAuditLog(database, owner.organizationId, EVENTS);
    const segments = await measureSegments(database);
    const { port, stop } = await start(database, dataDir);
    const url = `http://127.0.0.1:${port}`;
    const { cookie } = owner;
    const headers = { cookie, 'x-organization-id': owner.organizationId };
    try {
      const filters = await measureFilters((path) => timed(`${url}${path}`, headers));
      const { organizationId } = owner;
      const part = { organizationId, from: EVENTS - EXPORTED, events: EXPORTED };
      const exports = await measureExport(database.url, { url, headers }, part);
      const postgres = databaseServer.version;
      return { postgres, events: EVENTS, segments, integration, filters, exports };
    } finally {
      await stop();
    }
  } finally {
    await databaseServer.close();
  }
}

async function timed(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}: ${text}`);
  return performance.now() - startedAt;
}

/** What the job of the server does, which starts afterwards. */
async function measureSegments(database: Database): Promise<PerEvent> {
  const { db, end } = connect({ connectionString: database.url }, 1, () => undefined, JOB_LIMITS);
  const figures = await perEvent(database, EVENTS, () =>
    addSegments({ db, log: createLog('warn') }),
  );
  await end();
  return figures;
}

/**
 * Before the log is filled, and with the tables vacuumed: the server would otherwise vacuum millions of rows at
 * the same time. The first events are integrated unmeasured, since a server compiles its code only once.
 */
async function measureIntegration(database: Database, organizationId: string): Promise<PerEvent> {
  const { db, end } = connect({ connectionString: database.url }, 1, () => undefined, JOB_LIMITS);
  const services = {
    ...{ db, log: createLog('warn'), clock: () => new Date(), baseUrl: 'https://keys.example.com' },
    ...{ auditLogKey: deriveAuditLogKey('a secret of benchmarks'), onCheckpoint: () => undefined },
    randomBytes: Buffer.alloc,
    changeFeed: { waitUntilApplied: async () => undefined },
  };
  await appendEvents(database.url, organizationId, UNMEASURED);
  await integrateAuditLog(services, organizationId);
  await appendEvents(database.url, organizationId, INTEGRATED);
  await database.query('vacuum analyze audit_event');
  const figures = await perEvent(database, INTEGRATED, async () => {
    const integrated = await integrateAuditLog(services, organizationId);
    if (integrated !== INTEGRATED) throw new Error(`Only ${integrated} events were integrated`);
  });
  await end();
  return figures;
}

async function perEvent(
  database: Database,
  events: number,
  work: () => Promise<unknown>,
): Promise<PerEvent> {
  const before = await database.count();
  const ownBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const elapsedUs = (1000 * (performance.now() - startedAt)) / events;
  const own = process.cpuUsage(ownBefore);
  const { cpuMs } = await database.count();
  if (cpuMs === undefined || before.cpuMs === undefined) {
    return { events, elapsedUs, cpuUs: undefined };
  }
  const cpuUs = (own.user + own.system + 1000 * (cpuMs - before.cpuMs)) / events;
  return { events, elapsedUs, cpuUs };
}
