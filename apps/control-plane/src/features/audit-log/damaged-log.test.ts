import type { AuditEventView, AuditLog } from '@tollkeeper/contract';
import { verifyExport } from '@tollkeeper/transparency-log';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import type { Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { integrateAuditLogs } from '../../transparency-log/index.ts';

let app: TestApp;
let query: Query;
let owner: Client;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  for (let keys = 0; keys < 3; keys += 1) await makeKey(app, owner);
  await integrateAuditLogs(app.services);
});

async function exported(path: string): Promise<string> {
  const { status, body } = await owner.get<string>(`/v1/audit-events/export?${path}`);
  expect(status).toBe(200);
  return body;
}

const verified = async (path: string) => {
  const lines = (await exported(path)).trimEnd().split('\n');
  return verifyExport(lines).then(
    () => undefined,
    ({ sequence }) => sequence,
  );
};

const eventOf = async (sequence: number) => {
  const { body } = await owner.get<{ data: AuditEventView[] }>('/v1/audit-events?order=asc');
  return body.data.find((event) => event.sequence === sequence);
};

it('an export with proofs names an event that holds what no event can hold, and so does its proof', async () => {
  const id = (await eventOf(2))?.id;
  const set = (after: string) =>
    query('update audit_event set after = $2 where id = $1', [id, after]);
  const [before] = await query<{ after: string }>(
    'select after::text from audit_event where id = $1',
    [id],
  );
  expect(await verified('proof=true')).toBe(undefined);
  await set('{"n":1e400}');
  expect(await verified('proof=true')).toBe(2);
  for (const format of ['jsonl', 'ocsf']) {
    expect(await exported(`format=${format}`)).toContain('"n":"Infinity"');
  }
  const answer = await owner.get(`/v1/audit-events/${id}/proof`);
  expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
  const tile = await owner.get('/v1/audit-log/tile/entries/000.p/2');
  expect(tile.problem.detail).toContain('Event 2 has a value that no event can have');
  await set(before?.after ?? '');
});

it('an export with a filter names an event that was deleted, though the filter could have left it out', async () => {
  expect(await verified('proof=true&action=organization.*')).toBe(undefined);
  await query('delete from audit_event where sequence = 3');
  expect(await verified('proof=true&action=organization.*')).toBe(3);
  expect(await verified('proof=true')).toBe(3);
  await query('update organization set audit_first_sequence = 4');
  expect(await verified('proof=true&action=api_key.*')).toBe(undefined);
  // Of all events, none is missing between others, whatever the server says of the retention.
  expect(await verified('proof=true')).toBe(3);
});

it('a checkpoint that was damaged is the problem of the log, and no fault of the server', async () => {
  const id = (await eventOf(4))?.id;
  await query(`update transparency_log set checkpoint = 'x'`);
  const { status, body } = await owner.get<AuditLog>('/v1/audit-log');
  expect([status, body]).toMatchObject([
    200,
    { size: 0, rootHash: null, problem: 'The last checkpoint was damaged in the database' },
  ]);
  const paths = ['audit-log/checkpoint', 'audit-log/tile/0/000.p/1', `audit-events/${id}/proof`];
  for (const path of paths) {
    const answer = await owner.get(`/v1/${path}`);
    expect([path, answer.status, answer.problem.detail]).toEqual([
      ...[path, 404],
      expect.stringContaining('damaged in the database'),
    ]);
  }
  const refused = await owner.get('/v1/audit-events/export?proof=true');
  expect([refused.status, refused.problem.code]).toEqual([409, 'invalid_state']);
});
