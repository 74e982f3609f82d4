import { expect, it } from 'vitest';
import { claimedOrganization } from '../../testing/people.ts';
import { queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp } from '../../testing/test-app.ts';
import { addSegments } from './index.ts';

/** Rare ones are all among the oldest, where a search from the newest comes to them last. */
const EVENTS = `
  with place as (select sequence from audit_chain where organization_id = $1), added as (
    insert into audit_event (id, organization_id, sequence, at, actor, action, target, after, ip,
      request_id, previous_hash, hash)
    select 'evt_' || lpad(n::text, 20, '0'), $1, sequence + n, now() - (3000 - n) * interval '1 minute',
      jsonb_build_object('type', 'key', 'memberId', $2::text, 'keyId', 'key_' || lpad((n % 7)::text, 20, '0')),
      case when n % 300 = 7 and n < 1500 then 'role.update' else 'api_key.create' end,
      jsonb_build_object('type', case when n % 300 = 7 then 'role' else 'api_key' end,
        'id', 'key_' || lpad((n % 900)::text, 20, '0'), 'name', 'Thing ' || n),
      null, '10.0.0.' || n % 50, 'req_' || n, '\\x00', '\\x00'
    from place, generate_series(1, 3000) n)
  update audit_chain set sequence = sequence + 3000 where organization_id = $1`;

const key = (number: number) => `key_${String(number).padStart(20, '0')}`;
const QUERIES: readonly Record<string, string>[] = [
  {},
  { actorId: key(3) },
  { action: 'role.update' },
  { action: 'role.*', actorId: key(0) },
  { targetType: 'role', order: 'asc' },
  { targetId: key(555) },
  { requestId: 'req_1700' },
  { requestId: 'req_17000' },
  { ip: '10.0.0.7', action: 'role.*' },
  { ip: '::ffff:10.0.0.7', limit: '3' },
  { search: 'thing 17' },
  { search: 'nothing is named so' },
  { to: new Date(Date.now() - 2000 * 60_000).toISOString() },
  { from: new Date(Date.now() - 2000 * 60_000).toISOString(), order: 'asc', limit: '5' },
];

/** An export reads by number what these may mean, in several batches of different segments. */
const RARE = [{ actorId: key(3) }, { action: 'role.update' }, { targetId: key(555) }] as const;

it('finds by segments what it finds without them, in order and page by page', async () => {
  const app = await startTestApp();
  const owner = await claimServer(app);
  const { organizationId, memberId } = await claimedOrganization(app);
  await queryDatabase(app.database)(EVENTS, [organizationId, memberId]);
  const readAll = async () => {
    const found: unknown[] = [];
    for (const query of QUERIES) {
      let cursor: string | null = null;
      for (let page = 0; page < 3; page += 1) {
        const place: Record<string, string> = cursor === null ? {} : { cursor };
        const search = new URLSearchParams({ ...query, ...place });
        const path = `/v1/audit-events?${search}`;
        const { body } = await owner.get<{ data: { id: string }[]; nextCursor: string }>(path);
        found.push([path, body.data.map(({ id }) => id)]);
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
