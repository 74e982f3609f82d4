import type { AuditEventView, AuditLog } from '@tollkeeper/contract';
import {
  decodeBundle,
  leafHash,
  parseNote,
  parseTlogProof,
  verifyInclusion,
} from '@tollkeeper/transparency-log';
import { beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../../../../packages/transparency-log/src/testing/independent-verifier.ts';
import type { Client } from '../../testing/client.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import type { Query } from '../../testing/query-database.ts';
import {
  defaultWorkspace,
  makeKey,
  startOrganization,
  type TestKey,
} from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { integrateAuditLogs } from '../../transparency-log/index.ts';

let app: TestApp;
let query: Query;
let owner: Client;
let confined: TestKey;
let log: AuditLog;
let events: readonly AuditEventView[];

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  expect((await owner.get('/v1/audit-log/checkpoint')).problem.detail).toContain(
    'no checkpoint yet',
  );
  confined = await makeKey(app, owner, {
    profile: 'workspace',
    workspaceId: await defaultWorkspace(owner),
  });
  await integrateAuditLogs(app.services);
  log = (await owner.get<AuditLog>('/v1/audit-log')).body;
  const list = '/v1/audit-events?order=asc&limit=100';
  events = (await owner.get<{ data: AuditEventView[] }>(list)).body.data;
});

const tile = async (path: string) => {
  const address = `${app.baseUrl}/v1/audit-log/tile/${path}`;
  const response = await fetch(address, { headers: owner.headers });
  return Buffer.from(await response.arrayBuffer());
};

it('publishes a checkpoint that a stranger verifies with the public key', async () => {
  const { body: note, headers } = await owner.get<string>('/v1/audit-log/checkpoint');
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const { size, rootHash } = readCheckpoint(note, log.publicKey);
  expect({ size, rootHash: rootHash.toString('base64') }).toEqual({
    size: log.size,
    rootHash: log.rootHash,
  });
  expect(log).toMatchObject({ size: events.length, firstSequence: 1, problem: null });
  expect(log.origin).toMatch(/^127\.0\.0\.1\/org_/);
});

it('shows no more cosignatures than readers of a note accept', async () => {
  await query(
    `insert into cosignature (organization_id, witness, size, body, line, at)
      select organization_id, number::text, size, split_part(checkpoint, E'\\n\\n', 1) || E'\\n',
        '\u2014 w' || number || ' ' || repeat('AAAA', 26) || E'\\n', now()
      from transparency_log, generate_series(1, 1000) as number where checkpoint is not null`,
  );
  const { body: note } = await owner.get<string>('/v1/audit-log/checkpoint');
  await query('delete from cosignature');
  expect(parseNote(note).signatures).toHaveLength(1000);
});

it('publishes tiles and entry bundles, of this size and of smaller ones', async () => {
  const { size } = log;
  const leaves = decodeBundle(await tile(`entries/000.p/${size}`));
  const hashes = Buffer.concat(leaves.map((leaf) => leafHash(leaf)));
  expect(await tile(`0/000.p/${size}`)).toEqual(hashes);
  expect(await tile('0/000.p/1')).toEqual(hashes.subarray(0, 32));
  expect(decodeBundle(await tile('entries/000.p/1'))).toEqual(leaves.slice(0, 1));
  const shown = events.map(({ actorName: _name, ...event }) => event);
  expect(leaves.map((leaf) => JSON.parse(leaf.toString()))).toEqual(shown);
});

it('has no tile beyond the checkpoint, and none by another name', async () => {
  const status = async (path: string) => (await owner.get(`/v1/audit-log/tile/${path}`)).status;
  const beyond = [
    '0/000',
    `0/000.p/${log.size + 1}`,
    '1/000.p/1',
    '0/001.p/1',
    'entries/001',
    '0/000.p/0',
  ];
  for (const path of beyond) expect([path, await status(path)]).toEqual([path, 404]);
  for (const path of ['0/1', 'x', '0/000/', '0/..%2f000', '0/000%00'])
    expect([path, await status(path)]).toEqual([path, 404]);
});

it('proves each event, to a confined key those of its workspace, without tiles', async () => {
  const [first] = events;
  const own = events.find(({ target }) => target.id === confined.id);
  const proofOf = (client: Client, id = '') =>
    client.get<{ leaf: string; proof: string }>(`/v1/audit-events/${id}/proof`);
  for (const [client, event] of [
    [owner, first],
    [confined.client, own],
  ] as const) {
    const { leaf, proof: text } = (await proofOf(client, event?.id)).body;
    const { index, hashes: proof, checkpoint } = parseTlogProof(text);
    const { size, rootHash } = readCheckpoint(checkpoint, log.publicKey);
    expect(index).toBe((event?.sequence ?? 0) - 1);
    expect(verifyInclusion({ leafHash: leafHash(leaf), index, size, rootHash, proof })).toBe(true);
  }
  expect((await proofOf(confined.client, first?.id)).problem.code).toBe('not_found');
  expect((await confined.client.get('/v1/audit-log/checkpoint')).status).toBe(200);
  for (const path of ['0/000.p/1', 'entries/000.p/1']) {
    const { problem } = await confined.client.get(`/v1/audit-log/tile/${path}`);
    expect(problem.code).toBe('outside_workspace');
  }
});

it('shows another organization nothing, and a key without audit.read neither', async () => {
  const other = await startOtherOrganization(app, owner, query);
  expect((await other.get<AuditLog>('/v1/audit-log')).body).toMatchObject({ size: 0 });
  expect((await other.get(`/v1/audit-log/tile/0/000.p/1`)).status).toBe(404);
  expect((await other.get(`/v1/audit-events/${events[0]?.id}/proof`)).status).toBe(404);
  const blind = await makeKey(app, owner, { profile: 'custom', scopes: ['usage.read'] });
  for (const path of ['audit-log', 'audit-log/checkpoint', 'audit-log/tile/0/000.p/1']) {
    expect((await blind.client.get(`/v1/${path}`)).problem.code).toBe('insufficient_scope');
  }
});

it('has no proof of an event that is not integrated yet, or that was changed since', async () => {
  const late = await makeKey(app, owner);
  const [event] = (await owner.get<{ data: AuditEventView[] }>('/v1/audit-events?limit=1')).body
    .data;
  expect(event?.target.id).toBe(late.id);
  expect((await owner.get(`/v1/audit-events/${event?.id}/proof`)).problem.detail).toContain(
    'no checkpoint covers it',
  );
  const bundle = `/v1/audit-log/tile/entries/000.p/${log.size + 1}`;
  expect((await owner.get(bundle)).problem.detail).toMatch(/^There is no tile/);
  await query(`update audit_event set ip = '192.0.2.9' where id = $1`, [events[1]?.id]);
  const { problem } = await owner.get(`/v1/audit-events/${events[1]?.id}/proof`);
  expect(problem.detail).toContain('was changed in the database');
});

it('has no entry bundle with an event that is too large for it, or was deleted, and names the event', async () => {
  const ask = async () => (await owner.get(`/v1/audit-log/tile/entries/000.p/${log.size}`)).problem;
  const id = events[0]?.id;
  await query(`update audit_event set user_agent = repeat('x', 65536) where id = $1`, [id]);
  expect(await ask()).toMatchObject({
    ...{ code: 'not_found', detail: expect.stringContaining('Event 1 has more than 65535 bytes') },
  });
  await query('delete from audit_event where id = $1', [id]);
  expect(await ask()).toMatchObject({
    ...{ code: 'not_found', detail: expect.stringContaining('Event 1 is missing') },
  });
});
