import { randomBytes } from 'node:crypto';
import { connect, JOB_LIMITS } from '../../apps/control-plane/src/db/connect.ts';
import { append } from '../../apps/control-plane/src/write/append.ts';
import { type AuditEntry, lockChainEnd } from '../../apps/control-plane/src/write/audit.ts';
import type { Database } from '../changes/database-server.ts';

export const MEMBERS = 1000;
const KEYS = 100_000;
const ADDRESSES = 200;
/** Once in so many events: what a filter finds last. */
const RARE = 250_000;

export const idOf = (prefix: string, number: number) =>
  `${prefix}_${String(number).padStart(20, '0')}`;

const id = (prefix: string, number: string) => `'${prefix}_' || lpad((${number})::text, 20, '0')`;

const USERS = `
  insert into "user" (id, name, email) select 'user' || n, 'Person ' || n, n || '@example.com'
  from generate_series(1, $1::int) n`;
const MEMBER_ROWS = `
  insert into member (id, organization_id, user_id, role_id, status, created_at)
  select ${id('mem', 'n')}, $1, 'user' || n, 'role_admin', 'active', now()
  from generate_series(1, $2::int) n`;
const KEY_ROWS = `
  insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
    allowed_ips, created_at)
  select ${id('key', 'n')}, $1, ${id('mem', '1 + n % $3::int')}, 'ci-pipeline-' || n, 'tk_live_0000',
    'active', 'custom', '{usage.read}', '{}', now()
  from generate_series(1, $2::int) n`;
/**
 * Few actors do much, and most do little; nearly every target and every request is another. One event a
 * second, the newest now. The chain is not continued: these events are read, and not integrated.
 */
const EVENT_ROWS = `
  with place as (
    update audit_chain set sequence = sequence + $2 where organization_id = $1
    returning sequence - $2 as before
  ), drawn as (
    select n, (n * 2654435761) % 2147483647 as random from generate_series(1, $2::bigint) n
  )
  insert into audit_event (id, organization_id, sequence, at, actor, action, target, before, after, ip,
    user_agent, request_id, previous_hash, hash)
  select ${id('evt', 'n')}, $1, before + n, now() - ($2 - n) * interval '1 second',
    case when random % 2 = 0
      then jsonb_build_object('type', 'member', 'memberId', ${id('mem', '1 + random % 20 / 2')})
      else jsonb_build_object('type', 'key', 'memberId', ${id('mem', `1 + random % ${MEMBERS}`)},
        'keyId', ${id('key', `1 + random % ${2 * MEMBERS}`)}) end,
    case when n % ${RARE} = ${RARE / 2} then 'policy.restore' else kind || '.' || (array['create',
      'update', 'rotate', 'disable', 'enable', 'revoke', 'delete'])[1 + random % 7] end,
    jsonb_build_object('type', kind, 'id', ${id('key', `1 + random % ${KEYS}`)},
      'name', 'ci-pipeline-' || (1 + random % ${KEYS}), 'workspaceId', ${id('ws', '1 + random % 20')}),
    '{"name":"ci-pipeline","scopes":["apis.call","usage.read"],"tags":[]}',
    '{"name":"build","scopes":["apis.call","usage.read"],"tags":["ci"]}',
    '192.0.2.' || random % ${ADDRESSES}, 'tollkeeper/0.1.0', 'req_' || n, '', ''
  from place, drawn, lateral (select (array['api_key', 'api_key', 'api_key', 'member', 'role',
    'policy', 'gateway', 'workspace'])[1 + random % 8] as kind) as drawn_kind`;

/** Members and keys, and that many audit events, by statements of the database: through the API it would take hours. */
export async function fillAuditLog(
  database: Database,
  organizationId: string,
  events: number,
): Promise<void> {
  // A power cut may take what is filled in; the foreign keys hold by how it is made.
  await database.query('set synchronous_commit = off');
  await database.query('set session_replication_role = replica').catch(() => undefined);
  await database.query(USERS, [MEMBERS]);
  await database.query(MEMBER_ROWS, [organizationId, MEMBERS]);
  await database.query(KEY_ROWS, [organizationId, KEYS, MEMBERS]);
  await database.query(EVENT_ROWS, [organizationId, events]);
  await database.query('vacuum analyze audit_event, api_key, member, "user"');
}

/** Events that one statement appends. */
const BATCH = 1000;

/** Appends events as changes do, in a hash chain that can be integrated. */
export async function appendEvents(
  databaseUrl: string,
  organizationId: string,
  count: number,
): Promise<void> {
  const { db, end } = connect({ connectionString: databaseUrl }, 1, () => undefined, JOB_LIMITS);
  const services = { clock: () => new Date(), randomBytes };
  try {
    for (let at = 0; at < count; at += BATCH) {
      await db.transaction(async (tx) => {
        const entries = Array.from({ length: Math.min(BATCH, count - at) }, (_, n) =>
          entryOf(organizationId, at + n),
        );
        const chainEnd = await lockChainEnd(tx, organizationId);
        await (await append(tx, services, chainEnd, entries)).lastChange;
      });
    }
  } finally {
    await end();
  }
}

function entryOf(organizationId: string, n: number): AuditEntry {
  const name = `ci-pipeline-${n}`;
  return {
    organizationId,
    actor: { type: 'key', memberId: idOf('mem', 1), keyId: idOf('key', 1 + (n % MEMBERS)) },
    action: 'api_key.update',
    target: { type: 'api_key', id: idOf('key', n), name, workspaceId: idOf('ws', 1) },
    before: { name, scopes: ['apis.call', 'usage.read'], tags: [] },
    after: { name: `build-${n}`, scopes: ['apis.call', 'usage.read'], tags: ['ci'] },
    origin: { ip: '192.0.2.1', userAgent: 'tollkeeper/0.1.0', requestId: `req_${n}` },
  };
}
