import { randomBytes } from 'node:crypto';
import { PROFILE_SCOPES } from '@tollkeeper/contract';
import { createSecret, hashSecret } from '@tollkeeper/verify';
import { fillChatDestinations } from './fill-chat-destinations.ts';
import { fillCompliance } from './fill-compliance.ts';
import { fillLeaks } from './fill-leaks.ts';
import { fillLogStreams } from './fill-log-streams.ts';
import { fillUsage } from './fill-usage.ts';
import { fillWebhooks } from './fill-webhooks.ts';
import type { Known } from './list-reads.ts';

export type Send = (text: string, values?: unknown[]) => Promise<unknown>;

export interface Scale {
  readonly keys: number;
  readonly auditEvents: number;
  /** Parts of each report and keys of each campaign. A policy has a fifth as many versions, a gateway has applied twice as many. */
  readonly rowsEach: number;
}

export interface Filled extends Known {
  /** Of a key that is confined to no workspace and sees the quarter of the keys that is its owner's. */
  readonly secret: string;
}

/**
 * Puts an organization of that size into a claimed database, and all else in proportion: for 100,000
 * keys 1,000 members, invitations, gateways and join keys, 1,000,000 counts of calls, and a week of
 * changes. A tenth of the keys go back to the first one. Read by a server that starts afterwards.
 */
export async function fillDatabase(
  send: Send,
  owner: { readonly organizationId: string; readonly memberId: string },
  { keys, auditEvents, rowsEach }: Scale,
): Promise<Filled> {
  const people = Math.max(Math.ceil(keys / 100), 300);
  const place = [owner.organizationId];
  const secret = createSecret('tk_live_', randomBytes);
  await send(`update organization set plan = 'enterprise' where id = $1`, place);
  await send(ORGANIZATIONS, [people]);
  await send(WORKSPACES, [...place, WORKSPACE_COUNT]);
  await send(USERS, [people]);
  await send(MEMBERS, [...place, people]);
  await send(STRANGERS_MEMBERS, [people]);
  await send(ROLES, place);
  await send(KEYS, [...place, owner.memberId, keys, people]);
  await send(READER, [...place, [...PROFILE_SCOPES['read-only']]]);
  await send(SECRETS, place);
  await send(READER_SECRET, [...place, hashSecret(secret)]);
  await send(TOTALS, place);
  await send(INVITATIONS, [...place, owner.memberId, people]);
  await send(JOIN_KEYS, [...place, owner.memberId, people]);
  await send(GATEWAYS, [...place, people]);
  await send(POLICIES, place);
  await send(POLICY_VERSIONS, [Math.ceil(rowsEach / 5)]);
  await send(CONNECTIONS);
  await send(CHANGES, [...place, keys]);
  await send(WORKSPACE_CHANGES, [WORKSPACE_COUNT]);
  await send(WORKSPACE_VERSIONS);
  await send(GATEWAY_VERSIONS, [2 * rowsEach]);
  await send(DELETED_KEYS, [...place, keys]);
  await send(ROTATIONS, [...place, keys]);
  await fillUsage(send, owner.organizationId, keys, WORKSPACE_COUNT);
  await send(AUDIT_EVENTS, [...place, owner.memberId, auditEvents, keys]);
  await fillWebhooks(send, owner.organizationId);
  await fillCompliance(send, owner.organizationId, rowsEach);
  await fillLeaks(send, owner.organizationId);
  await fillLogStreams(send, owner.organizationId);
  await fillChatDestinations(send, owner.organizationId);
  for (const text of STRANGERS) await send(text, [keys]);
  await send('vacuum analyze');
  return {
    secret,
    ids: PREFIXES.map((prefix) => `${prefix}_${'1'.padStart(20, '0')}`),
    searches: ['ci-pipeline', 'pipeline-99', 'nothing is named so', 'ci', '9', 'tk_live_0a'],
    tags: ['ci', 'team-7', 'ci,team-7', 'no key has it'],
    filters: {
      actorId: [owner.memberId, `mem_${'9'.repeat(20)}`],
      action: ['api_key.create', 'api_key.*', 'policy.*', 'policy.delete'],
      targetId: [`key_${'1'.padStart(20, '0')}`, `key_${'9'.repeat(20)}`],
      ip: ['192.0.2.1'],
      path: ['0/000.p/1'],
      requestId: ['req_1', 'req_0'],
      from: ['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z'],
      to: ['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z'],
    },
  };
}

const PREFIXES = 'key mem ws role gw jk inv evt pol whe rep rvc lst chd leak'.split(' ');
const WORKSPACE_COUNT = 20;
/** The same id for the same number, in every statement. */
const id = (prefix: string, number: string) => `'${prefix}_' || lpad((${number})::text, 20, '0')`;

const ORGANIZATIONS = `
  insert into organization (id, name, slug, created_at, key_unused_days_max)
  select ${id('org', 'n')}, 'Organization ' || n, 'organization-' || n, now(),
    case when n % 5 = 0 then 90 end
  from generate_series(1, $1::int) n`;
const WORKSPACES = `
  insert into workspace (id, organization_id, name, environment, created_at)
  select ${id('ws', 'n')}, $1, 'workspace ' || n, 'live', now() from generate_series(1, $2::int) n`;
const USERS = `
  insert into "user" (id, name, email) select 'user' || n, 'Person ' || n, n || '@example.com'
  from generate_series(1, $1::int) n`;
const MEMBERS = `
  insert into member (id, organization_id, user_id, role_id, status, created_at)
  select ${id('mem', 'n')}, $1, 'user' || n, case when n % 3 = 0 then ${id('role', '1 + n % 50')}
    else 'role_admin' end, 'active', now() - n * interval '1 minute'
  from generate_series(1, $2::int) n`;
const STRANGERS_MEMBERS = `
  insert into member (id, organization_id, user_id, role_id, status, created_at)
  select ${id('mem', '$1::int + n')}, ${id('org', 'n')}, 'user' || n, 'role_owner', 'active', now()
  from generate_series(1, $1::int) n`;
const ROLES = `
  insert into role (id, organization_id, name, description, scopes, created_at)
  select ${id('role', 'n')}, $1, 'Role ' || n, '', '{api_keys.read}', now()
  from generate_series(1, 50) n`;
const KEYS = `
  insert into api_key (id, organization_id, workspace_id, member_id, name, prefix, status, profile,
    scopes, allowed_ips, created_at, expires_at, last_used_at, created_by_key_id,
    tags)
  select ${id('key', 'n')}, $1, case when n % 2 = 0 then ${id('ws', `1 + n % ${WORKSPACE_COUNT}`)} end,
    case n % 4 when 0 then $2 when 1 then ${id('mem', '1')} else ${id('mem', '1 + n % $4::int')} end,
    (array['ci-pipeline-', 'cursor-dev-', 'staging-gateway-', 'Billing export ', 'search-'])[1 + n % 5] || n,
    'tk_live_' || substr(md5(n::text), 1, 4),
    case when n % 10 = 3 then 'revoked' when n % 20 = 7 then 'disabled' else 'active' end,
    'custom', '{usage.read}', '{}', now() - n * interval '1 minute',
    case when n % 3 = 0 then now() + (n - $3 / 3) * interval '1 minute' end,
    case when n % 5 > 0 then now() - (n % 9973) * interval '1 minute' end,
    case when n > 1 and n <= $3 / 10 then ${id('key', 'n / 2')} end,
    case n % 4 when 1 then array['ci', 'team-' || n % 500] when 2 then '{prod}' else '{}' end
  from generate_series(1, $3::int) n`;
const READER = `
  insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
    allowed_ips, created_at)
  values (${id('key', '0')}, $1, ${id('mem', '1')}, 'reader', 'tk_live_0000', 'active', 'custom',
    $2::text[], '{}', now())`;
const SECRETS = `
  insert into api_key_secret (hash, organization_id, key_id, created_at, retires_at)
  select sha256(id::bytea), organization_id, id, now(),
    case when random() < 0.01 then now() - interval '1 minute' end
  from api_key where organization_id = $1`;
const READER_SECRET = `
  insert into api_key_secret (hash, organization_id, key_id, created_at)
  values ($2::bytea, $1, ${id('key', '0')}, now())`;
const TOTALS = `
  insert into key_total (organization_id, member_id, workspace_id, created, last_call_at)
  select organization_id, member_id, coalesce(workspace_id, ''), count(*), max(last_used_at)
  from api_key where organization_id = $1 group by 1, 2, 3 on conflict do nothing`;
const INVITATIONS = `
  insert into invitation (id, organization_id, email, role_id, token_hash, invited_by, created_at,
    expires_at, created_by_key_id)
  select ${id('inv', 'n')}, $1, 'new' || n || '@example.com', 'role_viewer', sha256(n::text::bytea),
    $2, now() - n * interval '1 minute', now() + interval '7 days',
    case when n % 2 = 0 then ${id('key', 'n')} end
  from generate_series(1, $3::int) n`;
const JOIN_KEYS = `
  insert into join_key (id, organization_id, workspace_id, member_id, api_key_id, name, prefix, hash,
    labels, uses_max, uses_count, created_at, expires_at)
  select ${id('jk', 'n')}, $1, ${id('ws', `1 + n % ${WORKSPACE_COUNT}`)}, $2,
    case when n % 2 = 0 then ${id('key', 'n')} end, 'join key ' || n, 'tk_join_0000',
    sha256(n::text::bytea), '{}', 1, 0, now() - n * interval '1 minute', now() + interval '1 hour'
  from generate_series(1, $3::int) n`;
const GATEWAYS = `
  insert into gateway (id, organization_id, workspace_id, name, labels, public_key, join_key_id,
    created_at, last_seen_at, applied_version)
  select ${id('gw', 'n')}, $1, ${id('ws', `1 + n % ${WORKSPACE_COUNT}`)}, 'gateway ' || n, '{}',
    sha256(n::text::bytea), ${id('jk', 'n')}, now() - n * interval '1 minute', now(), 1
  from generate_series(1, $2::int) n`;
const POLICIES = `
  insert into policy (id, organization_id, workspace_id, name, description, status, mode, text,
    statements, version, created_at, updated_at)
  select ${id('pol', 'n')}, case when n <= 500 then $1 else ${id('org', '1 + n % 300')} end,
    case when n between 100 and 500 then ${id('ws', `1 + n % ${WORKSPACE_COUNT}`)} end,
    'policy ' || n, '', 'enabled', 'enforce', 'permit (principal, action, resource);', '[]', 20, now(),
    now()
  from generate_series(1, 5000) n`;
const POLICY_VERSIONS = `
  insert into policy_version (policy_id, number, organization_id, text, created_at)
  select policy.id, n, organization_id, text, now() from policy, generate_series(21 - $1::int, 20) n
  on conflict do nothing`;
const CONNECTIONS = `
  insert into gateway_connection (gateway_id, instance_id, process_id, address, hostname,
    connected_at, seen_at)
  select id, gen_random_uuid()::text, gen_random_uuid()::text, '10.0.0.1', 'host', now(),
    now() + interval '1 day'
  from gateway`;
const CHANGES = `
  insert into change (organization_id, kind, subject_id, at)
  select $1, 'key', ${id('key', '1 + n % $2::int')}, now() - ($2 - n) * interval '5 seconds'
  from generate_series(1, $2::int) n`;
const WORKSPACE_CHANGES = `
  insert into workspace_change (workspace_id, version, first_change_id, change_id, at)
  select ${id('ws', '1 + id % $1::int')}, 1000 + id / $1::int, id, id, at from change
  where kind = 'key' on conflict do nothing`;
const WORKSPACE_VERSIONS = `
  update workspace set version = newest.version
  from (select workspace_id, max(version) as version from workspace_change group by 1) as newest
  where id = workspace_id`;
const GATEWAY_VERSIONS = `
  insert into gateway_version (gateway_id, version, applied_at)
  select gateway.id, version, at + interval '10 ms'
  from gateway join lateral (
    select version, at from workspace_change where workspace_id = gateway.workspace_id
    order by version desc limit $1::int) taken on true`;
const DELETED_KEYS = `
  insert into deleted_key (id, organization_id, created_by, created_at)
  select ${id('key', '$2::int + n')}, $1, ${id('key', 'n')}, now() from generate_series(1, $2::int / 10) n`;
const ROTATIONS = `
  insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
  select $1, ${id('key', '$2::int - n')}, ${id('key', '$2::int - n - 1')}, now(), now()
  from generate_series(1, $2::int / 10) n`;
const AUDIT_EVENTS = `
  with place as (select sequence from audit_chain where organization_id = $1),
  added as (
    insert into audit_event (id, organization_id, sequence, at, actor, action, target, before, after,
      request_id, previous_hash, hash)
    select ${id('evt', 'n')}, $1, sequence + n, now() - ($3 - n) * interval '1 minute',
      jsonb_build_object('type', 'member', 'memberId', $2::text), 'api_key.' || (array['create',
        'disable', 'enable', 'revoke', 'rotate'])[1 + n % 5],
      jsonb_build_object('type', 'api_key', 'id', ${id('key', '1 + n % $4::int')}, 'name', 'key ' || n),
      null, '{"status":"active","name":"ci-pipeline"}', 'req_' || n, sha256(n::text::bytea),
      sha256((n + 1)::text::bytea)
    from place, generate_series(1, $3::int) n)
  update audit_chain set sequence = sequence + $3 where organization_id = $1`;
/** Rows that anyone can make a server store. */
const STRANGERS = [
  `insert into attempt (key, count, ends_at) select 'attempt' || n, 1, now() + n * interval '1 second'
  from generate_series(1, $1::int / 10) n`,
  `insert into verification (id, identifier, value, expires_at)
  select 'verification' || n, 'identifier' || n, '', now() + n * interval '1 second'
  from generate_series(1, $1::int / 10) n`,
  `insert into session (id, expires_at, token, user_id)
  select 'session' || n, now() + n * interval '1 minute', 'token' || n, 'user' || (1 + n % 300)
  from generate_series(1, $1::int / 10) n`,
];
