import { beforeAll, expect, it } from 'vitest';
import type { Ctx } from '../../context.ts';
import type { Client } from '../../testing/client.ts';
import { insertEvents } from '../../testing/many-events.ts';
import { claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, OWNER, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { addSegments } from './index.ts';
import { readPage } from './list-audit-events.ts';

/** Rare ones are all among the oldest, where a search from the newest comes to them last. */
const EVENTS = `
  with place as (select sequence from audit_chain where organization_id = $1), added as (
    insert into audit_event (id, organization_id, sequence, at, actor, action, target, after, ip,
      request_id, previous_hash, hash)
    select 'evt_' || lpad(n::text, 20, '0'), $1, sequence + n, now() - (3000 - n) * interval '1 minute',
      case when n % 7 = 5 and n < 1000 then jsonb_build_object('type', 'member', 'memberId', $2::text)
        else jsonb_build_object('type', 'key', 'memberId', $2::text, 'keyId', 'key_' || lpad((n % 7)::text, 20, '0')) end,
      case when n % 300 = 7 and n < 1500 then 'role.update' else 'api_key.create' end,
      jsonb_build_object('type', case when n % 300 = 7 then 'role' else 'api_key' end,
        'id', 'key_' || lpad((n % 900)::text, 20, '0'), 'name', case when n = 333 then E'Broken\nLine' else 'Thing ' || n end),
      null, '10.0.0.' || n % 50, 'req_' || n, '\\x00', '\\x00'
    from place, generate_series(1, 3000) n)
  update audit_chain set sequence = sequence + 3000 where organization_id = $1`;

const KEYS = `
  insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes, allowed_ips, created_at)
  select 'key_' || lpad(n::text, 20, '0'), $1, $2, 'Robot ' || n, 'tk_live_0000', 'active', 'custom',
    '{}', '{}', now()
  from generate_series($3::int, $4::int) n`;

const key = (number: number) => `key_${String(number).padStart(20, '0')}`;
const QUERIES: readonly Record<string, string>[] = [
  {},
  { actorId: key(3) },
  { action: 'role.update' },
  { action: 'role.*', actorId: key(0) },
  { targetType: 'role', order: 'asc' },
  { targetId: key(555) },
  { requestId: 'req_1700' },
  { ip: '10.0.0.7', action: 'role.*' },
  { ip: '::ffff:10.0.0.7', limit: '3' },
  { search: 'thing 17' },
  // What members did without a key, what keys did, and both names in one.
  { search: OWNER.name.toUpperCase() },
  { search: 'robot 4' },
  { search: 'robot 5', order: 'asc' },
  { search: 'ROBOT', action: 'role.*' },
  { search: 'in', limit: '100' },
  { search: 'thing 1', action: 'role.update' },
  { search: 'thing 299', targetId: key(299) },
  { search: 'broken' },
  { to: new Date(Date.now() - 2000 * 60_000).toISOString() },
  { from: new Date(Date.now() - 2000 * 60_000).toISOString(), order: 'asc', limit: '5' },
];

const VAIN: readonly Record<string, string>[] = [
  { search: 'robot 9' },
  { search: 'broken line' },
  { search: 'nothing is named so' },
  { requestId: 'req_17000' },
];

/** An export reads by number what these may mean, in several batches of different segments. */
const RARE = [
  ...[{ actorId: key(3) }, { action: 'role.update' }, { targetId: key(555) }],
  ...[{ search: 'robot 5' }, { search: 'thing 17' }],
] as const;

let app: TestApp;
let owner: Client;
let query: Query;
let organizationId: string;
let memberId: string;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  ({ organizationId, memberId } = await claimedOrganization(app));
  query = queryDatabase(app.database);
  await query(KEYS, [organizationId, memberId, 0, 9]);
  await query(EVENTS, [organizationId, memberId]);
});

it('finds by segments what it finds without them, in order and page by page', async () => {
  const readAll = async () => {
    const found: unknown[] = [];
    for (const query of [...QUERIES, ...VAIN]) {
      let cursor: string | null = null;
      for (let page = 0; page < 3; page += 1) {
        const place: Record<string, string> = cursor === null ? {} : { cursor };
        const search = new URLSearchParams({ ...query, ...place });
        const path = `/v1/audit-events?${search}`;
        const { body } = await owner.get<{ data: { id: string }[]; nextCursor: string }>(path);
        found.push([path, body.data.map(({ id }) => id)]);
        if (page === 0) expect(body.data.length > 0, path).toBe(QUERIES.includes(query));
        cursor = body.nextCursor;
        if (cursor === null) break;
      }
    }
    return found;
  };
  const exported = async () => {
    const found: unknown[] = [];
    for (const filters of RARE) {
      const path = `/v1/audit-events/export?${new URLSearchParams(filters)}`;
      const { body } = await owner.get<string>(path);
      // Each export adds events of its own.
      found.push([path, body.match(/(?<="id":")evt_0\d{19}/g)]);
    }
    return found;
  };
  const exportedBefore = await exported();
  const before = await readAll();
  expect(await addSegments(app.services)).toEqual({ added: 2 });
  expect(await readAll()).toEqual(before);
  expect(await exported()).toEqual(exportedBefore);
  expect(await addSegments(app.services)).toEqual({ added: 0 });
});

/** Acting keys, so many that a search for their name cannot name them all. */
const ACTING = `
  insert into audit_acting_key (organization_id, key_id)
  select organization_id, id from api_key where organization_id = $1 on conflict do nothing`;

it('ends a page where its time is up, and goes on behind its cursor', async () => {
  // More than one statement looks through; no segment has them.
  await insertEvents(query, organizationId, 11_000);
  const ctx = { services: app.services, organizationId, workspaceId: null } as Ctx;
  const readAll = async (asked: Record<string, string>, timeMs?: number) => {
    const ids: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const place: Record<string, string> = cursor === '' ? {} : { cursor };
      const page = await readPage(ctx, { ...asked, ...place, limit: 100 }, timeMs);
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.data.length === 0 && page.nextCursor === cursor ? null : page.nextCursor;
    }
    return { ids, pages };
  };
  for (const asked of [{ requestId: 'req_1700' }, { search: 'thing 17', order: 'asc' }]) {
    const whole = await readAll(asked);
    const parts = await readAll(asked, 0);
    expect(parts.ids, JSON.stringify(asked)).toEqual(whole.ids);
    expect(parts.pages).toBeGreaterThan(whole.pages);
  }
  await query(KEYS, [organizationId, memberId, 10, 5010]);
  await query(ACTING, [organizationId]);
  const byKeys = await query<{ id: string }>(
    `select id from audit_event where organization_id = $1 and actor ->> 'keyId' is not null
      and action = 'role.update' order by sequence desc`,
    [organizationId],
  );
  const { ids } = await readAll({ search: 'robot', action: 'role.update' }, 0);
  expect(ids).toEqual(byKeys.map(({ id }) => id));
});
