import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey } from '../testing/keys.ts';
import {
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
} from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { integrateAuditLog } from '../transparency-log/index.ts';
import { pruneAuditEvents } from './prune-audit-events.ts';

let app: TestApp;
let owner: Client;
let organizationId: string;
let query: Query;

beforeAll(async () => {
  app = await startTestApp({ database: await createTestDatabase() });
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  query = queryDatabase(app.database);
  await choosePlan(app, 'enterprise');
});

/** How many events there were when it was said that older ones are deleted. */
const announced: number[] = [];
const run = (integrate = () => integrated(Number.MAX_SAFE_INTEGER)) =>
  pruneAuditEvents(app.services, async () => {
    announced.push((await sequences()).length);
    await integrate();
    return 0;
  });

const integrated = (size: number, more = '') =>
  query(
    `insert into transparency_log (organization_id, size, chain_hash, checkpoint ${more && ', problem'})
      values ($1, $2, '', 'signed' ${more && `, '${more}'`})
      on conflict (organization_id) do update set size = excluded.size, problem = excluded.problem`,
    [organizationId, size],
  );
const setDays = (retentionDays: unknown, client = owner) =>
  client.patch<Record<string, unknown>>('/v1/audit-log', { retentionDays });

async function sequences(): Promise<number[]> {
  const rows = await query<{ sequence: string }>(
    'select sequence from audit_event where organization_id = $1 order by sequence',
    [organizationId],
  );
  return rows.map(({ sequence }) => Number(sequence));
}

async function newest() {
  const [row] = await query<object>(
    'select action, actor, target, before, after from audit_event order by at desc, sequence desc limit 1',
  );
  return row;
}

describe('the retention of audit events', () => {
  it('is set, with the days before and after in the log', async () => {
    const { status, body } = await setDays(90);
    expect([status, body]).toEqual([200, { retentionDays: 90, firstSequence: 1 }]);
    expect(await newest()).toMatchObject({
      ...{ action: 'audit_log.update', target: { type: 'organization', id: organizationId } },
      ...{ before: { retentionDays: null }, after: { retentionDays: 90 } },
    });
  });

  it('is set by nobody without organization.settings, nor by a key of one workspace', async () => {
    const { client } = await makeKey(app, owner, { scopes: ['audit.read', 'audit.export'] });
    const refused = await setDays(30, client);
    expect([refused.status, refused.problem.scopes]).toEqual([403, ['organization.settings']]);
    const workspaceId = await addWorkspace(app, organizationId, 'elsewhere');
    const scopes = ['organization.settings'];
    const confined = await makeKey(app, owner, { scopes, workspaceId });
    expect((await setDays(30, confined.client)).problem.code).toBe('outside_workspace');
  });

  it('is shortened only after a recent sign-in', async () => {
    await setDays(90);
    await query(`update session set authenticated_at = now() - interval '601 seconds'`);
    for (const days of [90, 91, null]) expect((await setDays(days)).status, `${days}`).toBe(200);
    expect((await setDays(3650)).problem.code).toBe('recent_sign_in_required');
    await query('update session set authenticated_at = now()');
    await setDays(91);
    await query(`update session set authenticated_at = now() - interval '601 seconds'`);
    expect((await setDays(90)).problem.code).toBe('recent_sign_in_required');
    await query('update session set authenticated_at = now()');
    expect((await setDays(90)).status).toBe(200);
  });

  it('concerns the organization of the caller alone', async () => {
    const other = await addOrganization(app, 'Other');
    await setDays(30, other.owner.client);
    const rows = await query(
      'select audit_retention_days as days from organization order by created_at',
    );
    expect(rows).toEqual([{ days: 90 }, { days: 30 }]);
  });

  it.each([29, 0, -1, 3651, 30.5, '30', undefined])('is not %s days', async (days) => {
    const answer = await setDays(days);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });
});

describe('the daily job', () => {
  let old: number;
  let last: number;

  // All events so far are old, and in the tree.
  beforeEach(async () => {
    await setDays(null);
    await setDays(90);
    await query('delete from running_cascade');
    const kept = await sequences();
    last = kept.at(-1) ?? 0;
    old = kept.length;
    await query(
      `update audit_event set at = now() - interval '91 days' where organization_id = $1`,
      [organizationId],
    );
    await integrated(last);
    await owner.post('/v1/workspaces', { name: `after ${last}`, environment: 'live' });
  });

  it('deletes what is older, says first from where on events are kept, and keeps the rest', async () => {
    expect(await run()).toEqual({ pruned: old });
    expect(await sequences()).toEqual([last + 1, last + 2]);
    expect(announced).toEqual([old + 2]);
    expect(await newest()).toMatchObject({
      ...{ action: 'audit_log.prune', actor: { type: 'system', job: 'prune-audit-events' } },
      ...{ target: { type: 'organization', id: organizationId } },
      after: { firstSequence: last + 1, retentionDays: 90 },
    });
    expect((await setDays(91)).body).toEqual({ retentionDays: 91, firstSequence: last + 1 });
    expect(await run()).toEqual({ pruned: 0 });
    expect(announced).toHaveLength(1);
  });

  it('keeps all from the oldest event that is not old, though later ones are', async () => {
    const kept = last - 1;
    await query('update audit_event set at = now() where organization_id = $1 and sequence = $2', [
      ...[organizationId, kept],
    ]);
    await run();
    expect((await sequences())[0]).toBe(kept);
  });

  it('keeps what no signed checkpoint covers', async () => {
    await integrated(last - 1);
    await run();
    expect((await sequences())[0]).toBe(last);
  });

  it.each([
    ['the log was found to be tampered with', () => integrated(last, 'broken')],
    ['events are kept for ever', () => setDays(null)],
    [
      'a cascade runs, which asks the log what its keys changed',
      () =>
        query(
          `insert into running_cascade (organization_id, roots, member_id, scopes, created_at, request_id)
            values ($1, '[]', 'mem', '{}', now(), 'req_test')`,
          [organizationId],
        ),
    ],
  ])('deletes nothing while %s', async (_what, begin) => {
    await begin();
    expect(await run()).toEqual({ pruned: 0 });
  });

  it('deletes nothing that no checkpoint says is deleted, and announces it again', async () => {
    expect(await run(async () => [])).toEqual({ pruned: 0 });
    expect(await run(() => Promise.reject(new Error('killed'))).catch(String)).toMatch('1 of ');
    expect(await sequences()).toHaveLength(old + 3);
    expect((await setDays(91)).body.firstSequence).toBeLessThan(last + 1);
    expect(await run()).toEqual({ pruned: old });
    const [row] = await query<object>(
      `select audit_first_sequence as first, audit_prune_sequence as said from organization where id = $1`,
      [organizationId],
    );
    expect(row).toEqual({ first: String(last + 1), said: String(last + 5) });
  });

  it('finishes what a run that was interrupted has announced', async () => {
    await query('update organization set audit_first_sequence = $2 where id = $1', [
      ...[organizationId, last + 1],
    ]);
    await setDays(null);
    expect(await run()).toEqual({ pruned: old });
  });

  it('deletes what the filters know of segments whose events are all deleted', async () => {
    await query(
      `insert into audit_segment (organization_id, number, first_at, last_at, names, bloom, name_parts)
        select $1, number, now(), now(), 'ada', '', '' from generate_series(0, 3) as number`,
      [organizationId],
    );
    await query(
      `insert into audit_term (organization_id, term, segment, places)
        select $1, 'ip:192.0.2.1', number, repeat('1', 1024)::bit(1024) from generate_series(0, 3) as number`,
      [organizationId],
    );
    await query('update organization set audit_first_sequence = 2050 where id = $1', [
      organizationId,
    ]);
    await run();
    const left = await query(
      `select number from audit_segment where organization_id = $1
        union all select segment from audit_term where organization_id = $1 order by 1`,
      [organizationId],
    );
    expect(left).toEqual([2, 2, 3, 3].map((number) => ({ number })));
  });
});

it('the job itself signs what it announces, so that no reader has to wait for it', async () => {
  const { organizationId: id, owner: other } = await addOrganization(app, 'Signed');
  await setDays(30, other.client);
  await integrateAuditLog(app.services, id);
  await query(`update audit_event set at = now() - interval '31 days' where organization_id = $1`, [
    id,
  ]);
  expect((await pruneAuditEvents(app.services)).pruned).toBeGreaterThan(0);
  const rows = await query(
    `select log.size = chain.sequence as "isSigned" from transparency_log log
      join audit_chain chain using (organization_id) where organization_id = $1`,
    [id],
  );
  expect(rows).toEqual([{ isSigned: true }]);
});
