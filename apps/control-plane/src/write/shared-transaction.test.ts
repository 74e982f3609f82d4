import { createId } from '@tollkeeper/contract';
import { inArray, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Transaction } from '../db/connect.ts';
import { auditEvent, workspace } from '../db/schema/index.ts';
import { awaitAtCommit } from '../db/transaction.ts';
import { auditEvents, findBrokenLink } from '../testing/audit-log.ts';
import { addOrganization, claimedOrganization } from '../testing/people.ts';
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

/** Adds a workspace, and then does what the test asks. Changes that are sent in one turn queue. */
async function addWorkspace(
  name: string,
  then: (tx: Transaction) => Promise<unknown> = async () => undefined,
  of = organizationId,
): Promise<string> {
  const id = createId('workspace', app.services.randomBytes);
  const source = {
    organizationId: of,
    actor: { type: 'system', job: 'test' } as const,
    action: 'organization.update' as const,
    origin: { requestId: `req_${name}`, ip: null, userAgent: null },
  };
  return commit(app.services, source, async (tx) => {
    const row = { id, organizationId: of, name, environment: 'live' as const };
    await tx.insert(workspace).values({ ...row, createdAt: app.services.clock() });
    await then(tx);
    return {
      result: id,
      target: { type: 'role', id, name },
      before: null,
      after: { name },
      changes: [{ kind: 'organization', subjectId: of }],
    };
  });
}

async function endWith(statement: Promise<unknown>, tx: Transaction): Promise<void> {
  awaitAtCommit(tx, statement);
}

/** How many transactions stored the events of the workspaces. */
async function countTransactions(ids: readonly string[]): Promise<number> {
  const rows = await app.services.db
    .selectDistinct({ xmin: sql`xmin::text` })
    .from(auditEvent)
    .where(inArray(sql`${auditEvent.target} ->> 'id'`, [...ids]));
  return rows.length;
}

async function namesSince(count: number): Promise<unknown[]> {
  const events = await auditEvents(app, organizationId);
  return events.slice(count).map((event) => event.target.name);
}

describe('changes of one organization that wait for the same one', () => {
  it('share a transaction and its version, each with its own event', async () => {
    const before = (await auditEvents(app, organizationId)).length;
    const [versionBefore] = await versions();
    const names = ['first', 'second', 'third', 'fourth'];

    const ids = await Promise.all(names.map((name) => addWorkspace(name)));

    expect(await countTransactions(ids)).toBe(2);
    expect(await namesSince(before)).toEqual(names);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
    expect((await versions())[0]).toBe((versionBefore ?? 0) + 2);
  });

  it('are not begun in a transaction that has taken long, and share the next one', async () => {
    const takeLong = async () => void vi.advanceTimersByTime(1000);

    const ids = await Promise.all([
      addWorkspace('alone'),
      addWorkspace('long', takeLong),
      addWorkspace('after'),
      addWorkspace('with it'),
    ]);

    expect(await countTransactions(ids)).toBe(3);
    expect(await countTransactions(ids.slice(2))).toBe(1);
  });

  it('succeed all the same when one of them fails, which leaves nothing behind', async () => {
    const before = (await auditEvents(app, organizationId)).length;
    const fail = async () => {
      throw new Error('refused');
    };

    const runs = await Promise.allSettled([
      addWorkspace('one'),
      addWorkspace('two'),
      addWorkspace('refused', fail),
      addWorkspace('four'),
    ]);

    expect(runs.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await namesSince(before)).toEqual(['one', 'two', 'four']);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('succeed all the same when a statement of one of them fails', async () => {
    const before = (await auditEvents(app, organizationId)).length;

    const runs = await Promise.allSettled([
      addWorkspace('five'),
      addWorkspace('six'),
      addWorkspace('broken', (tx) => tx.execute(sql`select 1 / 0`)),
      addWorkspace('eight'),
    ]);

    expect(runs[2]).toMatchObject({ status: 'rejected', reason: { cause: { code: '22012' } } });
    expect(await namesSince(before)).toEqual(['five', 'six', 'eight']);
  });

  it.each([
    ['', (statement: Promise<unknown>) => statement],
    [', in a statement that its end waits for', endWith],
  ])('succeed all the same when one of them waits too long for a lock%s', async (how, send) => {
    const before = (await auditEvents(app, organizationId)).length;
    const locked = sql`select 1 from "user" for update`;
    const blocker = new pg.Client(app.database);
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin');
    await blocker.query('select 1 from "user" for update');
    let runsOfSlow = 0;
    const waitForLock = async (tx: Transaction) => {
      runsOfSlow += 1;
      await tx.execute(sql`set local lock_timeout = '50ms'`);
      await send(Promise.resolve(tx.execute(locked)), tx);
    };

    const runs = await Promise.allSettled([
      addWorkspace(`thirteen${how}`),
      addWorkspace(`fourteen${how}`),
      addWorkspace(`slow${how}`, waitForLock),
      addWorkspace(`sixteen${how}`),
    ]);

    expect(runs[2]).toMatchObject({ status: 'rejected', reason: { cause: { code: '55P03' } } });
    expect(runsOfSlow).toBe(1);
    expect(await namesSince(before)).toEqual([`thirteen${how}`, `fourteen${how}`, `sixteen${how}`]);
    expect(await findBrokenLink(app, organizationId)).toBeUndefined();
  });

  it('run only once when it is not known whether their transaction was committed', async () => {
    const before = (await auditEvents(app, organizationId)).length;
    await app.services.db.execute(sql`
      create function cut_off() returns trigger language plpgsql as $$
      begin
        if new.target ->> 'name' = 'cut off' then
          perform pg_terminate_backend(pg_backend_pid());
        end if;
        return null;
      end $$`);
    await app.services.db.execute(sql`
      create constraint trigger cut_off after insert on audit_event
      deferrable initially deferred for each row execute function cut_off()`);

    const runs = await Promise.allSettled([
      addWorkspace('nine'),
      addWorkspace('ten'),
      addWorkspace('cut off'),
    ]);

    await app.services.db.execute(sql`drop function cut_off cascade`);
    expect(runs.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await namesSince(before)).toEqual(['nine']);
  });
});

it('shares no transaction between organizations', async () => {
  const other = (await addOrganization(app, 'Other')).organizationId;
  const ids = await Promise.all([
    addWorkspace('eleven'),
    addWorkspace('twelve'),
    addWorkspace('theirs', undefined, other),
    addWorkspace('theirs too', undefined, other),
  ]);

  expect(await countTransactions(ids)).toBe(4);
  expect(await findBrokenLink(app, other)).toBeUndefined();
});

/** Of the workspaces of the organization, oldest first. */
async function versions(): Promise<number[]> {
  const rows = await app.services.db
    .select({ version: workspace.version })
    .from(workspace)
    .where(sql`${workspace.organizationId} = ${organizationId}`)
    .orderBy(workspace.createdAt);
  return rows.map((row) => row.version);
}
