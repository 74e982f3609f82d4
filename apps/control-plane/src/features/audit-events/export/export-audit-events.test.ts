import { type AuditEvent, auditEvent } from '@tollkeeper/contract';
import {
  canonicalJson,
  parseCheckpoint,
  parseVkey,
  verifyNote,
} from '@tollkeeper/transparency-log';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectionsOf } from '../../../db/transaction.ts';
import type { Client } from '../../../testing/client.ts';
import { makeKey, type TestKey } from '../../../testing/keys.ts';
import { insertEvents } from '../../../testing/many-events.ts';
import {
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
} from '../../../testing/people.ts';
import { type Query, queryDatabase } from '../../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../../testing/test-app.ts';
import { integrateAuditLogs } from '../../../transparency-log/index.ts';
import { anyFilters } from './any-filters.fixture.ts';
import { rootOf } from './fold-lines.fixture.ts';
import { readWhole } from './read-whole.fixture.ts';
import { stopExports } from './running-exports.ts';

const AUDIT = { scopes: ['audit.read', 'audit.export'] };

let app: TestApp;
let owner: Client;
let organizationId: string;
let query: Query;
let key: TestKey;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId } = await claimedOrganization(app));
  query = queryDatabase(app.database);
  await choosePlan(app, 'enterprise');
  key = await makeKey(app, owner, AUDIT);
  await owner.post('/v1/roles', { name: 'Auditor', scopes: ['audit.read'] });
});

async function exported(asked: Record<string, string> = {}, client: Client = key.client) {
  const answer = await client.get<string>(`/v1/audit-events/export?${new URLSearchParams(asked)}`);
  expect(answer.status, answer.problem?.detail).toBe(200);
  return answer.body;
}

const parsed = (text: string): AuditEvent[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => auditEvent.parse(JSON.parse(line)));

/** All pages of the list, the oldest event first. */
async function listed(asked: Record<string, string>, client: Client = key.client) {
  const events: AuditEvent[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: string = cursor === null ? '' : `&cursor=${cursor}`;
    const path = `/v1/audit-events?order=desc&limit=100&${new URLSearchParams(asked)}${page}`;
    const { body } = await client.get<{ data: AuditEvent[]; nextCursor: string | null }>(path);
    events.push(...body.data);
    if (body.nextCursor === null) return events.reverse();
    cursor = body.nextCursor;
  }
}

/** The newest events of the log, and what they say of exports. */
const newest = async (count: number) => {
  const rows = await query<{ action: string; actor: object; target: object; after: object }>(
    `select action, actor, target, after from audit_event where organization_id = $1
      order by sequence desc limit $2`,
    [organizationId, count],
  );
  return rows.reverse();
};

describe('an export', () => {
  it('is the canonical JSON of each event, the oldest first, until the end that the log has', async () => {
    const before = await listed({});
    const text = await exported();
    const events = parsed(text);
    expect(events.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(text).toBe(events.map((event) => `${canonicalJson(event)}\n`).join(''));
  });

  it('is recorded when it begins and when it ends, with its filters and counts', async () => {
    const events = parsed(await exported({ action: 'role.*' }));
    const actor = { type: 'key', keyId: key.id };
    const target = { type: 'organization', id: organizationId, name: 'Acme' };
    expect(await newest(2)).toMatchObject([
      { action: 'audit_log.export', actor, target, after: { format: 'jsonl', action: 'role.*' } },
      {
        ...{ action: 'audit_log.export_ended', actor, target },
        after: { outcome: 'complete', events: events.length },
      },
    ]);
  });

  it('goes on after the sequence of a line, in each format, and ends where the cursor says', async () => {
    const all = parsed(await exported());
    const [after, until] = [all[2]?.sequence ?? 0, all[5]?.sequence ?? 0];
    const cursor = `${after}-${until}`;
    const sequences = all.slice(3, 6).map(({ sequence }) => sequence);
    expect(parsed(await exported({ cursor })).map(({ sequence }) => sequence)).toEqual(sequences);
    const lines = (text: string) => text.trim().split(/\r?\n/);
    const csv = lines(await exported({ cursor, format: 'csv' }));
    expect(csv.map((line) => Number(line.split(',')[0]))).toEqual(sequences);
    expect(lines(await exported({ format: 'csv' }))[0]).toMatch(/^"sequence","at"/);
    const ocsf = lines(await exported({ cursor, format: 'ocsf' })).map((line) => JSON.parse(line));
    expect(ocsf.map(({ metadata }) => metadata.sequence)).toEqual(sequences);
  });

  it('shows a key that is confined to a workspace the events of that workspace, and names it', async () => {
    const workspaceId = await addWorkspace(app, organizationId, 'elsewhere');
    await makeKey(app, owner, { name: 'inside', workspaceId });
    const confined = await makeKey(app, owner, { ...AUDIT, workspaceId });
    const events = parsed(await exported({}, confined.client));
    expect(events.map(({ target }) => target.workspaceId)).toEqual([workspaceId, workspaceId]);
    expect(events.map(({ target }) => target.name)).toEqual(['inside', 'a key']);
    expect((await newest(1))[0]?.target).toMatchObject({ type: 'workspace', id: workspaceId });
  });

  it('has no event of another organization', async () => {
    const other = await addOrganization(app, 'Other');
    const events = parsed(await exported({}, other.owner.client));
    expect(new Set(events.map((event) => event.organizationId))).toEqual(
      new Set(events.length > 0 ? [other.organizationId] : []),
    );
  });

  it('needs audit.export, and a credential', async () => {
    const reader = await makeKey(app, owner, { scopes: ['audit.read'] });
    const refused = await reader.client.get('/v1/audit-events/export');
    expect([refused.status, refused.problem.scopes]).toEqual([403, ['audit.export']]);
    expect((await fetch(`${app.baseUrl}/v1/audit-events/export`)).status).toBe(401);
  });

  it.each([
    ['format', 'xml'],
    ['cursor', 'abc'],
    ['cursor', '5-3'],
    ['cursor', '-1'],
    ['cursor', '1234567890123456'],
    ['ip', ':::'],
    ['limit', '5'],
  ])('refuses %s=%s', async (field, value) => {
    const answer = await owner.get(
      `/v1/audit-events/export?${new URLSearchParams({ [field]: value })}`,
    );
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });
});

describe('an export with proof', () => {
  it.each([
    {},
    { action: 'role.*' },
    { search: 'nothing has this name' },
    { to: '1970-01-02T00:00:00Z' },
  ])('folds into the signed root, whatever the filters leave out: %j', async (filters) => {
    await integrateAuditLogs(app.services);
    const text = await exported({ ...filters, proof: 'true' });
    const [head = '', ...lines] = text.trimEnd().split('\n');
    const { checkpoint, publicKey } = JSON.parse(head);
    const { text: signed } = verifyNote(checkpoint, [parseVkey(publicKey)]);
    const { origin, size, rootHash } = parseCheckpoint(signed);
    expect(origin).toBe(`127.0.0.1/${organizationId}`);
    expect(rootOf(lines)).toBe(Buffer.from(rootHash).toString('base64'));
    const isHash = (line: string) => /^\{"(?:skipped|leafHashes)"/.test(line);
    const leaves = lines.filter((line) => !isHash(line));
    expect(`${leaves.join('\n')}\n`.trimStart()).toBe(
      await exported({ ...filters, cursor: `0-${size}` }),
    );
    // From any event or subtree on, the rest fits.
    const ends = lines.filter((line) => !line.startsWith('{"leafHashes"'));
    const last = ends[Math.floor(ends.length / 2)] ?? '';
    const { sequence, skipped } = JSON.parse(last);
    const cursor = `${sequence ?? skipped.end}-${size}`;
    const rest = await exported({ ...filters, proof: 'true', cursor });
    const resumed = [...lines.slice(0, lines.indexOf(last) + 1), ...rest.trimEnd().split('\n')];
    expect(rootOf(resumed.filter(Boolean))).toBe(rootOf(lines));
    expect(resumed.filter((line) => line && !isHash(line))).toEqual(leaves);
  });

  it('shows a confined key of other events nothing but hashes', async () => {
    const workspaceId = await addWorkspace(app, organizationId, 'proven');
    const confined = await makeKey(app, owner, { ...AUDIT, workspaceId });
    await integrateAuditLogs(app.services);
    const text = await exported({ proof: 'true' }, confined.client);
    const events = text.split('\n').filter((line) => line.includes('"sequence"'));
    expect(parsed(events.join('\n')).map(({ target }) => target.workspaceId)).toEqual([
      workspaceId,
    ]);
    expect(text).not.toMatch(/Auditor|"filter":\{\}/);
  });

  it.each([
    { proof: 'true', format: 'csv' },
    { proof: 'true', cursor: '1' },
    { proof: 'true', cursor: '1-999999' },
  ])('refuses %j', async (asked) => {
    const answer = await owner.get(`/v1/audit-events/export?${new URLSearchParams(asked)}`);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });
});

it('agrees with the list, whatever the filters are', async () => {
  const seen = await listed({});
  const until = seen.at(-1)?.sequence ?? 0;
  await fc.assert(
    fc.asyncProperty(anyFilters(seen), async (asked) => {
      const expected = (await listed(asked)).filter(({ sequence }) => sequence <= until);
      const events = parsed(await exported({ ...asked, cursor: `0-${until}` }));
      expect(events.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }),
    { numRuns: process.env.LONG ? 300 : 15 },
  );
});

describe('a large export', () => {
  const EVENTS = process.env.LONG ? 10_000_000 : 1200;
  /** More than what the sockets hold between them. */
  const BYTES = process.env.LONG ? 200 : 20_000;
  const LONG_MS = 3_600_000;

  beforeAll(() => insertEvents(query, organizationId, EVENTS, BYTES), LONG_MS);

  const begin = async ({ secret }: TestKey) => {
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await fetch(`${app.baseUrl}/v1/audit-events/export?action=test.insert`, {
      ...{ headers, signal: abort.signal },
    });
    const parts = answer.ok ? answer.body?.getReader() : undefined;
    return { answer, parts, abort };
  };
  const read = async (parts: ReadableStreamDefaultReader | undefined) => {
    while (parts && !(await parts.read()).done);
  };
  const ended = async (outcome: string) => {
    await expect
      .poll(async () => (await newest(1))[0])
      .toMatchObject({ action: 'audit_log.export_ended', after: { outcome } });
  };

  it('stops soon after its key was disabled, and says so in the log', async () => {
    const disabled = await makeKey(app, owner, AUDIT);
    const { parts } = await begin(disabled);
    await owner.post(`/v1/api-keys/${disabled.id}/disable`);
    await expect(read(parts)).rejects.toThrow('terminated');
    await ended('caller_refused');
  });

  it('stops when its client leaves, and gives its place to the next', async () => {
    const running = await Promise.all([begin(key), begin(key), begin(key)]);
    const fourth = await begin(key);
    expect(fourth.answer.status).toBe(429);
    expect(await fourth.answer.json()).toMatchObject({
      code: 'rate_limited',
      detail: expect.stringContaining('3 exports of your organization are running.'),
    });
    for (const { abort } of running) abort.abort();
    await expect
      .poll(async () => (await newest(3)).map(({ action }) => action))
      .toEqual(Array(3).fill('audit_log.export_ended'));
    await ended('client_left');
    const next = await begin(key);
    expect(next.answer.status).toBe(200);
    next.abort.abort();
    await ended('client_left');
  });

  it('ends at once when the server stops, and no client takes it for the whole', async () => {
    const { parts } = await begin(key);
    await parts?.read();
    await stopExports(app.services.db);
    await ended('server_stopped');
    await expect(read(parts)).rejects.toThrow('terminated');
  });

  it('holds no connection to the database while its client does not read', async () => {
    const { parts, abort } = await begin(key);
    onTestFinished(() => abort.abort());
    await parts?.read();
    const { pool } = connectionsOf(app.services.db);
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  });

  it('has every event once, in memory that does not grow with it', {
    timeout: LONG_MS,
  }, async () => {
    const { count, grownMib } = await readWhole(app, key, 'action=test.insert');
    expect(count).toBe(EVENTS);
    expect(grownMib).toBeLessThan(256);
  });
});
