import { COMPLIANCE_REPORT_KINDS, type ComplianceReportRow } from '@tollkeeper/contract';
import { HOSTILE_NAMES } from '@tollkeeper/contract/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addManyKeys } from '../../testing/many-keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import type { Query } from '../../testing/query-database.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { REPORTS, sha256, startReports } from './reports.fixture.ts';

type Reports = Awaited<ReturnType<typeof startReports>>;

let app: TestApp;
let owner: Client;
let query: Query;
let create: Reports['create'];
let made: Reports['made'];
let rowsOf: Reports['rowsOf'];
let fileOf: Reports['fileOf'];
let atMoment: Reports['atMoment'];
let workspaceId: string;

beforeAll(async () => {
  ({ app, owner, query, create, made, rowsOf, fileOf, atMoment } = await startReports());
  workspaceId = await defaultWorkspace(owner);
  await makeKey(app, owner, { name: 'first', expiresAt: null });
});

it.each(COMPLIANCE_REPORT_KINDS)('the bytes stay the same for ever: %s', async (kind) => {
  const report = await made({ kind });
  const before = { jsonl: await fileOf(report, 'jsonl'), csv: await fileOf(report, 'csv') };
  const page = await rowsOf(report);
  await query(`update api_key set name = name || '!', last_used_at = now()`);
  await query(`update "user" set name = name || '!', two_factor_enabled = false`);
  await makeKey(app, owner, { name: 'later', expiresAt: null });
  expect(await fileOf(report, 'jsonl')).toBe(before.jsonl);
  expect(await fileOf(report, 'print')).toBe(before.jsonl);
  expect(await fileOf(report, 'csv')).toBe(before.csv);
  expect(await rowsOf(report)).toEqual(page);
  expect(report.digests).toEqual({ jsonl: sha256(before.jsonl), csv: sha256(before.csv) });
  const [head, ...lines] = before.jsonl.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(page);
  expect(JSON.parse(head ?? '')).toMatchObject({ report: { kind, asOf: report.asOf } });
  await query(`update "user" set name = rtrim(name, '!')`);
});

it.each(COMPLIANCE_REPORT_KINDS)(
  'the bytes are equal for the same moment and state: %s',
  async (kind) => {
    const [one, other] = await atMoment(new Date(), async () => [
      await made({ kind }),
      await made({ kind }),
    ]);
    expect(other.id).not.toBe(one.id);
    // The second follows the event of the first, which changed no role.
    expect(other.digests).toEqual(one.digests);
  },
);

it('the bytes are these', async () => {
  await query(`delete from api_key`);
  const now = new Date();
  const { key, report } = await atMoment(now, async () => {
    const body = { name: 'ci', profile: 'custom', scopes: ['apis.call'] };
    return {
      key: await makeKey(app, owner, body),
      report: await made({ kind: 'keys_without_expiry' }),
    };
  });
  const [row] = await query<{ prefix: string; member_id: string; organization_id: string }>(
    'select prefix, member_id, organization_id from api_key',
  );
  const at = now.toISOString();
  expect(await fileOf(report, 'csv')).toBe(
    '"keyId","name","prefix","state","workspaceId","ownerId","ownerName","scopes","createdAt","expiresAt","lastUsedAt"\r\n' +
      `"${key.id}","ci","${row?.prefix}","active",,"${row?.member_id}","Ada Owner","apis.call","${at}",,\r\n`,
  );
  expect(await fileOf(report, 'jsonl')).toBe(
    `{"report":{"asOf":"${at}","columns":["keyId","name","prefix","state","workspaceId","ownerId","ownerName","scopes","createdAt","expiresAt","lastUsedAt"],"from":null,"kind":"keys_without_expiry","organizationId":"${row?.organization_id}","to":null,"unusedDays":null}}\n` +
      `{"createdAt":"${at}","expiresAt":null,"keyId":"${key.id}","lastUsedAt":null,"name":"ci","ownerId":"${row?.member_id}","ownerName":"Ada Owner","prefix":"${row?.prefix}","scopes":["apis.call"],"state":"active","workspaceId":null}\n`,
  );
});

it('the bytes hold nothing of other organizations', async () => {
  const other = await startOtherOrganization(app, owner, query);
  const fay = await join(app, other, 'Fay', 'role_admin');
  await other.patch(`/v1/members/${fay.memberId}`, { roleId: 'role_viewer' });
  const foreign = { name: 'foreign', expiresAt: null, profile: 'organization' };
  const { id } = await makeKey(app, other, foreign);
  await query(`update api_key set created_at = now() - interval '1 year' where id = $1`, [id]);
  for (const kind of COMPLIANCE_REPORT_KINDS) {
    const bytes = await fileOf(await made({ kind }), 'jsonl');
    expect(bytes).not.toMatch(/foreign|Olga|org_0{19}1/);
    expect(bytes).not.toContain(fay.memberId);
  }
  await query(`delete from organization where id = 'org_00000000000000000001'`);
});

describe('a caller who loses a scope meanwhile', () => {
  const SCOPES = ['compliance.read', 'compliance.export', 'api_keys.read', 'api_keys.manage_all'];
  let creator: Joined;
  let roleId: string;

  beforeAll(async () => {
    const role = await owner.post<{ id: string }>('/v1/roles', { name: 'Creator', scopes: SCOPES });
    roleId = role.body.id;
    creator = await join(app, owner, 'Creator', roleId);
  });

  const setScopes = 'update role set scopes = $1 where id = $2';
  const stored = () => query('select count(*) from compliance_report');

  it.each([
    ['make', 'POST', 'compliance.export'],
    ['make', 'POST', 'api_keys.manage_all'],
    ['take', 'GET', 'compliance.export'],
    ['take', 'GET', 'api_keys.manage_all'],
    ['delete', 'DELETE', 'compliance.export'],
  ])('may not %s a report (%s without %s)', async (_verb, method, lost) => {
    const { id } = await made({ kind: 'unused_keys' });
    const already = await stored();
    const send = {
      POST: () => create({ kind: 'unused_keys' }, creator.client),
      GET: () => creator.client.get<unknown>(`${REPORTS}/${id}/export`),
      DELETE: () => creator.client.delete<unknown>(`${REPORTS}/${id}`),
    }[method];
    const answer = await whileHeld<Answer<unknown>>(
      app.database,
      async (holder) => {
        // What every change of the organization takes first, that of a role too.
        await holder.query('select from audit_chain for update');
        await holder.query(setScopes, [SCOPES.filter((each) => each !== lost), roleId]);
      },
      send ?? expect.fail,
    );
    await query(setScopes, [SCOPES, roleId]);
    expect([answer.status, answer.problem.scopes]).toEqual([403, [lost]]);
    expect(await stored()).toEqual(already);
  });
});

it('the bytes hold hostile names as text', async () => {
  await query(`delete from api_key`);
  for (const { text } of HOSTILE_NAMES) await makeKey(app, owner, { name: text });
  const report = await made({ kind: 'keys_without_expiry' });
  const names = HOSTILE_NAMES.map(({ text }) => text).toSorted();
  expect((await rowsOf(report)).map(({ name }) => name).toSorted()).toEqual(names);
  const csv = await fileOf(report, 'csv');
  expect(csv).not.toMatch(/(?:^|,)"?\s*[=+\-@\uff1d]/mu);
  expect(csv.trimEnd().split('\r\n')).toHaveLength(names.length + 1);
});

it('the bytes are made and sent in parts', async () => {
  await query(`delete from api_key`);
  const count = process.env.LONG ? 100_000 : 1050;
  await addManyKeys(query, workspaceId, count);
  const report = await made({ kind: 'access_review' });
  expect(report.rowsCount).toBe(count);
  const csv = await fileOf(report, 'csv');
  expect(sha256(csv)).toBe(report.digests.csv);
  const cursor = Buffer.from(JSON.stringify(['row', 'asc', '990', report.id])).toString(
    'base64url',
  );
  const { body } = await owner.get<{ data: ComplianceReportRow[] }>(
    `${REPORTS}/${report.id}/rows?limit=20&cursor=${cursor}`,
  );
  const lines = csv.split('\r\n').slice(991, 1011);
  expect(body.data.map(({ keyId }) => `"${keyId}"`)).toEqual(
    lines.map((line) => line.split(',')[0]),
  );
  await query(`delete from api_key`);
  // As if it were deleted while somebody saves it.
  await query('delete from compliance_report_part where report_id = $1 and number = 2', [
    report.id,
  ]);
  await expect(fileOf(report, 'csv')).rejects.toThrow();
});
