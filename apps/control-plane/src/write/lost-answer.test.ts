import type { Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Transaction } from '../db/connect.ts';
import { auditEvents, findBrokenLink } from '../testing/audit-log.ts';
import { claimedOrganization } from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { commit } from './write.ts';

let app: TestApp;
let organizationId: string;

beforeAll(async () => {
  app = await startTestApp();
  await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
});

// A slow machine makes no change slow.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

async function namesSince(count: number): Promise<unknown[]> {
  const events = await auditEvents(app, organizationId);
  return events.slice(count).map((event) => event.target.name);
}

it.each([
  ['', false, undefined],
  [', whatever error the system gives', false, 'EHOSTUNREACH'],
  [' to one round trip', true, undefined],
  [' to one round trip, whatever error the system gives', true, 'EHOSTUNREACH'],
])(
  'changes that share a transaction run only once when the answer is lost%s',
  async (how, optimistic, code) => {
    const names = ['alone', 'together', 'lost'].map((name) => `${name}${how}`);
    // From here on, the end of the chain is remembered.
    await note('before');
    const before = (await auditEvents(app, organizationId)).length;
    const connection = await stopAtCommit(names[2] ?? '');
    const ignoreAnswers = optimistic ? undefined : connection.ignoreAnswers;

    const [alone, together, lost] = names as [string, string, string];
    const runs = [note(alone), note(together), note(lost, ignoreAnswers)];
    const settled = Promise.allSettled(runs);
    await connection.breakOnceStopped(code);

    const statuses = (await settled).map(({ status }) => status);
    expect(statuses).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await namesSince(before)).toEqual(names);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  },
);

/** Appends an event and changes nothing else, in one round trip where `then` asks for nothing. */
function note(name: string, then: (tx: Transaction) => Promise<void> = async () => undefined) {
  const source = {
    organizationId,
    actor: { type: 'system', job: 'test' } as const,
    action: 'organization.update' as const,
    origin: { requestId: 'req_note', ip: null, userAgent: null },
  };
  const target = { type: 'role', id: name, name } as const;
  const run = async (tx: Transaction) => {
    await then(tx);
    return { result: name, target, before: null, after: null, changes: [] };
  };
  return commit(app.services, source, run, true);
}

interface PooledClient {
  readonly processID: number;
  readonly connection: { readonly stream: Socket };
}

/** Stops the transaction of the event at its end: PostgreSQL has run all of it and answered nothing. */
async function stopAtCommit(name: string) {
  const { db } = app.services;
  const clients = new Map<number, PooledClient>();
  const { $client: pool } = db as unknown as { readonly $client: pg.Pool };
  const remember = (client: unknown) => {
    const pooled = client as PooledClient;
    clients.set(pooled.processID, pooled);
  };
  pool.on('acquire', remember);
  onTestFinished(() => void pool.off('acquire', remember));
  const holder = new pg.Client(app.database);
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('select pg_advisory_lock(1)');
  await holder.query(`
    create function stop() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(1); return null; end $$`);
  await holder.query(`
    create constraint trigger stop after insert on audit_event deferrable initially deferred
    for each row when (new.target ->> 'name' = '${name}') execute function stop()`);
  onTestFinished(() => holder.query('drop function stop cascade').then(() => undefined));
  const findStopped = async (): Promise<number[]> => {
    const stopped = `select pid from pg_locks where locktype = 'advisory' and objid = 1
      and database = (select oid from pg_database where datname = current_database())
      and not granted`;
    return (await holder.query(stopped)).rows.map(({ pid }) => pid);
  };
  return {
    /** What the transaction sends from here on is answered in vain. */
    async ignoreAnswers(tx: Transaction): Promise<void> {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      clients.get(rows[0]?.pid ?? 0)?.connection.stream.pause();
    },
    /** Breaks its connection, and returns when PostgreSQL has committed it all the same. */
    async breakOnceStopped(code: string | undefined): Promise<void> {
      const [pid = 0] = await vi.waitUntil(async () => {
        const pids = await findStopped();
        return pids.length > 0 && pids;
      });
      const error = code && Object.assign(new Error('broken'), { code });
      clients.get(pid)?.connection.stream.destroy(error || undefined);
      await holder.query('select pg_advisory_unlock(1)');
      const isRunning = 'select 1 from pg_stat_activity where pid = $1';
      await vi.waitUntil(async () => (await holder.query(isRunning, [pid])).rowCount === 0);
    },
  };
}
