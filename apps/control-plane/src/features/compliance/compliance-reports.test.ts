import {
  COMPLIANCE_REPORT_KINDS,
  COMPLIANCE_REPORTS,
  type ComplianceReport,
  type ComplianceReportKind,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { REPORTS as PATH, type ReportBody, startReports } from './reports.fixture.ts';

const DAY_MS = 86_400_000;

type Reports = Awaited<ReturnType<typeof startReports>>;

let app: TestApp;
let owner: Client;
let query: Query;
let create: Reports['create'];
let made: Reports['made'];
let rowsOf: Reports['rowsOf'];
let fileOf: Reports['fileOf'];
let workspaceId: string;
let stranger: Client;
let developer: Joined;

beforeAll(async () => {
  ({ app, owner, query, create, made, rowsOf, fileOf } = await startReports());
  workspaceId = await defaultWorkspace(owner);
  developer = await join(app, owner, 'Dev', 'role_developer');
  stranger = await startOtherOrganization(app, owner, query);
});

/** As if it had made a call that needed `api_keys.read`. */
const used = (id: string) =>
  query(
    `insert into scope_use (organization_id, key_id, day, needs, calls)
     select organization_id, id, now()::date, 'api_keys.read', 1 from api_key where id = $1`,
    [id],
  );
const newest = async () => (await auditEvents(query)).at(-1);

describe('a report about keys', () => {
  it('says of each key that is not revoked what it may do under the role of its owner', async () => {
    const scopes = ['api_keys.read', 'usage.read'];
    const { id } = await makeKey(app, developer.client, {
      name: 'narrow',
      profile: 'custom',
      scopes,
    });
    await used(id);
    const gone = await makeKey(app, owner, { name: 'gone' });
    await owner.post(`/v1/api-keys/${gone.id}/revoke`, {});
    await query(`update member set role_id = 'role_billing' where id = $1`, [developer.memberId]);
    const rows = await rowsOf(await made({ kind: 'access_review' }));
    await query(`update member set role_id = 'role_developer' where id = $1`, [developer.memberId]);
    const row = (await rowsOf(await made({ kind: 'access_review' }))).find(
      (each) => each.keyId === id,
    );
    expect(rows.find((each) => each.keyId === id)).toMatchObject({
      ...{ name: 'narrow', state: 'active', ownerName: 'Dev', ownerRole: 'Billing' },
      ...{ scopes, scopesInForce: [], exercisedScopes: ['api_keys.read'] },
    });
    expect(row?.scopesInForce).toEqual(scopes);
    expect(rows.map(({ keyId }) => keyId)).not.toContain(gone.id);
    expect(Object.keys(row ?? {}).toSorted()).toEqual(
      COMPLIANCE_REPORTS.access_review.columns.toSorted(),
    );
  });

  it('finds the keys that were never used, or not for so many days', async () => {
    const [never, old, used, young] = [
      await makeKey(app, owner, { name: 'never' }),
      await makeKey(app, owner, { name: 'old' }),
      await makeKey(app, owner, { name: 'used' }),
      await makeKey(app, owner, { name: 'young' }),
    ];
    await query(
      `update api_key set created_at = now() - interval '40 days',
         last_used_at = case id when $2 then now() - interval '31 days' when $3 then now() end
       where id = any($1)`,
      [[never.id, old.id, used.id], old.id, used.id],
    );
    const report = await made({ kind: 'unused_keys', unusedDays: 30 });
    const found = (await rowsOf(report)).map(({ keyId }) => keyId);
    expect(
      found.filter((id) => [never.id, old.id, used.id, young.id].includes(String(id))),
    ).toEqual([never.id, old.id].toSorted());
    expect((await made({ kind: 'unused_keys' })).unusedDays).toBe(90);
  });

  it('finds the keys without expiry', async () => {
    const ending = await makeKey(app, owner, { name: 'ending', expiresAt: '2099-01-01T00:00:00Z' });
    const endless = await makeKey(app, owner, { name: 'endless', expiresAt: null });
    const canary = await makeKey(app, owner, { name: 'bait', canary: true, expiresAt: null });
    const ids = (await rowsOf(await made({ kind: 'keys_without_expiry' }))).map((row) => row.keyId);
    expect(ids).toContain(endless.id);
    expect(ids).not.toContain(canary.id);
    expect(ids).not.toContain(ending.id);
  });
});

it('finds the members with neither an authenticator app nor a passkey', async () => {
  const [app2, key] = [
    await join(app, owner, 'Totp', 'role_viewer'),
    await join(app, owner, 'Passkey', 'role_viewer'),
  ];
  await query(`update "user" set two_factor_enabled = true where email = $1`, [app2.email]);
  await query(
    `insert into passkey (id, user_id, public_key, credential_id, counter, device_type, backed_up)
     select 'p1', id, '', 'c1', 0, 'singleDevice', false from "user" where email = $1`,
    [key.email],
  );
  const rows = await rowsOf(await made({ kind: 'members_without_second_factor' }));
  const names = rows.map(({ name }) => name);
  expect(names).toContain('Dev');
  expect(names).not.toContain('Totp');
  expect(names).not.toContain('Passkey');
});

describe('a report about privileged roles', () => {
  it('says who got and lost one: by a change, by joining, and by a change of the role', async () => {
    const from = new Date().toISOString();
    const role = await owner.post<{ id: string }>('/v1/roles', {
      ...{ name: 'Auditor', scopes: ['audit.read'] },
    });
    const eve = await join(app, owner, 'Eve', role.body.id);
    await owner.patch(`/v1/roles/${role.body.id}`, { scopes: ['audit.read', 'roles.edit'] });
    await owner.patch(`/v1/members/${eve.memberId}`, { roleId: 'role_admin' });
    await owner.post(`/v1/members/${eve.memberId}/suspend`);
    const report = await made({ kind: 'privileged_role_changes', from });
    const rows = await rowsOf(report);
    const shown = rows.map((row) => [row.action, row.change, row.memberName, row.roleName]);
    expect(shown).toEqual([
      ['role.update', 'got', 'Eve', 'Auditor'],
      ['member.update', 'lost', 'Eve', 'Auditor'],
      ['member.update', 'got', 'Eve', 'Admin'],
      ['member.suspend', 'lost', 'Eve', 'Admin'],
    ]);
    expect(rows[0]).toMatchObject({ privilegedScopes: ['roles.edit'], actorName: 'Ada Owner' });
    const later = await made({ kind: 'privileged_role_changes', from: report.to });
    expect(await rowsOf(later)).toEqual([]);
  });

  it('refuses a period of which the organization keeps no events', async () => {
    await query(`update organization set audit_first_sequence = 2`);
    const answer = await create({ kind: 'privileged_role_changes', from: '2020-01-01T00:00:00Z' });
    const without = await made({ kind: 'privileged_role_changes' });
    await query(`update organization set audit_first_sequence = 1`);
    expect([answer.status, answer.problem.code]).toEqual([409, 'invalid_state']);
    const [second] = await query<{ at: Date }>(`select at from audit_event where sequence = 2`);
    expect(without.from).toBe(second?.at.toISOString());
  });
});

describe('the audit log', () => {
  it('records who made, exported and deleted a report', async () => {
    const { id, digests, asOf } = await made({ kind: 'unused_keys' });
    const target = { type: 'compliance_report', id, name: 'Unused keys' };
    const facts = { kind: 'unused_keys', asOf, unusedDays: 90, digests };
    expect(await newest()).toMatchObject({
      ...{ action: 'compliance_report.create', target, before: null, after: facts },
    });
    for (const format of ['jsonl', 'csv', 'print'] as const) {
      await fileOf({ id }, format);
      expect(await newest()).toMatchObject({
        ...{ action: 'compliance_report.export', target },
        after: { format, asOf, sha256: format === 'csv' ? digests.csv : digests.jsonl },
      });
    }
    expect((await owner.delete(`${PATH}/${id}`)).status).toBe(204);
    expect(await newest()).toMatchObject({
      ...{ action: 'compliance_report.delete', target, before: facts, after: null },
    });
    expect(await query('select 1 from compliance_report_part where report_id = $1', [id])).toEqual(
      [],
    );
  });

  it('records nothing of a reader of the page', async () => {
    const report = await made({ kind: 'unused_keys' });
    const before = await newest();
    await rowsOf(report);
    await owner.get(`${PATH}/${report.id}`);
    expect(await newest()).toEqual(before);
  });
});

it('makes one report for an Idempotency-Key', async () => {
  const again = () =>
    owner.post<ComplianceReport>(PATH, { kind: 'unused_keys' }, { 'idempotency-key': 'k1' });
  const { body } = await again();
  expect((await again()).body).toEqual(body);
});

describe('a caller', () => {
  const client = async (scopes: readonly string[], more = {}) =>
    (await makeKey(app, owner, { profile: 'custom', scopes, ...more })).client;
  const COMPLIANCE = ['compliance.read', 'compliance.export'];
  const KEYS = ['api_keys.read', 'api_keys.manage_all'];
  const NEEDED: Record<ComplianceReportKind, readonly string[]> = {
    access_review: [...KEYS, 'members.read', 'roles.read'],
    unused_keys: KEYS,
    keys_without_expiry: KEYS,
    members_without_second_factor: ['members.read', 'security.read'],
    privileged_role_changes: ['audit.read', 'members.read', 'roles.read'],
  };

  it.each(COMPLIANCE_REPORT_KINDS)(
    'needs each scope that shows the same elsewhere, to make, see and delete: %s',
    async (kind) => {
      const report = await made({ kind });
      const scopes = NEEDED[kind];
      const whole = await client([...COMPLIANCE, ...scopes]);
      expect((await create({ kind }, whole)).status).toBe(201);
      for (const lacked of scopes) {
        const lesser = await client([...COMPLIANCE, ...scopes.filter((each) => each !== lacked)]);
        const refused = [
          await create({ kind }, lesser),
          await lesser.get(`${PATH}/${report.id}`),
          await lesser.get(`${PATH}/${report.id}/rows`),
          await lesser.get(`${PATH}/${report.id}/export`),
          await lesser.delete(`${PATH}/${report.id}`),
        ];
        expect(refused.map(({ problem }) => problem.scopes)).toEqual(refused.map(() => [lacked]));
        const list = await lesser.get<{ data: ComplianceReport[] }>(`${PATH}?limit=100`);
        expect(list.body.data.map((each) => each.id)).not.toContain(report.id);
      }
    },
  );

  it('with compliance.read alone sees reports, and neither makes nor takes any out', async () => {
    const report = await made({ kind: 'unused_keys' });
    const reader = await client(['compliance.read', 'api_keys.read', 'api_keys.manage_all']);
    expect((await reader.get(`${PATH}/${report.id}/rows`)).status).toBe(200);
    for (const answer of [
      await create({ kind: 'unused_keys' }, reader),
      await reader.get(`${PATH}/${report.id}/export?format=csv`),
      await reader.delete(`${PATH}/${report.id}`),
    ]) {
      expect([answer.status, answer.problem.scopes]).toEqual([403, ['compliance.export']]);
    }
  });

  it('who is confined, or of another organization, sees none', async () => {
    const report = await made({ kind: 'unused_keys' });
    const scopes = [...COMPLIANCE, ...COMPLIANCE_REPORTS.unused_keys.scopes];
    const confined = await client(scopes, { workspaceId });
    expect((await create({ kind: 'unused_keys' }, confined)).problem.code).toBe(
      'outside_workspace',
    );
    expect((await confined.get(PATH)).problem.code).toBe('outside_workspace');
    for (const other of [confined, stranger]) {
      for (const answer of [
        await other.get(`${PATH}/${report.id}`),
        await other.get(`${PATH}/${report.id}/rows`),
        await other.get(`${PATH}/${report.id}/export`),
        await other.delete(`${PATH}/${report.id}`),
      ]) {
        expect(answer.status).toBe(404);
      }
    }
    expect((await stranger.get<{ data: unknown[] }>(PATH)).body.data).toEqual([]);
    expect((await owner.get(`${PATH}/${report.id}`)).status).toBe(200);
  });
});

it.each([
  [{ kind: 'everything' }, 'kind'],
  [{ kind: 'unused_keys', unusedDays: 0 }, 'unusedDays'],
  [{ kind: 'unused_keys', unusedDays: 3651 }, 'unusedDays'],
  [{ kind: 'access_review', unusedDays: 30 }, 'unusedDays'],
  [{ kind: 'access_review', from: '2026-01-01T00:00:00Z' }, 'from'],
  [{ kind: 'unused_keys', to: '2026-01-01T00:00:00Z' }, 'to'],
  [{ kind: 'privileged_role_changes', to: new Date(Date.now() + DAY_MS).toISOString() }, 'to'],
  [
    {
      kind: 'privileged_role_changes',
      ...{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
    },
    'from',
  ],
  [{ kind: 'privileged_role_changes', from: '0001-01-01T00:00:00Z' }, 'from'],
  [{ kind: 'privileged_role_changes', from: 'yesterday' }, 'from'],
])('refuses %j', async (body, field) => {
  const answer = await create(body as ReportBody);
  expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  expect(answer.problem.errors?.[0]?.path).toContain(field);
});
