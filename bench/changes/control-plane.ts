import { randomBytes } from 'node:crypto';
import { createId } from '@tollkeeper/contract';
import { claim, SETUP_TOKEN } from '../control-plane.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { createAsk } from './ask.ts';
import type { Database } from './database-server.ts';

/** The control plane on the shared server, with an owner on the plan without limit. */
export async function startOurs(
  database: Database,
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
) {
  const server = await start(database, dataDir, env);
  const owner = await claim(server);
  await database.query("update organization set plan = 'enterprise'");
  return { server, owner, bySession: createAsk(server.port, { cookie: owner.cookie }) };
}

/** The control plane on a database that may be filled already. */
export function start(
  database: Database,
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return startServer('apps/control-plane/src/main.ts', '/readyz', {
    DATABASE_URL: database.url,
    TOLLKEEPER_DATA_DIR: dataDir,
    TOLLKEEPER_SETUP_TOKEN: SETUP_TOKEN,
    LOG_LEVEL: 'warn',
    ...env,
  });
}

export const NEW_KEY = { profile: 'custom', scopes: ['usage.read'] } as const;

/** An admin of the owner's organization with that many keys, which were never used. */
export async function insertMember(database: Database, organizationId: string, keys: number) {
  const userId = randomBytes(8).toString('hex');
  const memberId = createId('member', randomBytes);
  await database.query(
    `insert into "user" (id, name, email) values ($1, 'Lin', $1 || '@example.com')`,
    [userId],
  );
  await database.query(
    `insert into member (id, organization_id, user_id, role_id, status, created_at)
     values ($1, $2, $3, 'role_admin', 'active', now())`,
    [memberId, organizationId, userId],
  );
  const keyIds = Array.from({ length: keys }, () => createId('apiKey', randomBytes));
  await database.query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at)
     select id, $2, $3, 'ci-pipeline', 'tk_live_0000', 'active', 'custom', '{usage.read}', '{}', now()
     from unnest($1::text[]) as new (id)`,
    [keyIds, organizationId, memberId],
  );
  await database.query(
    `insert into api_key_secret (hash, organization_id, key_id, created_at)
     select sha256(id::bytea), $2, id, now() from unnest($1::text[]) as new (id)`,
    [keyIds, organizationId],
  );
  return { memberId, keyIds };
}

/** A further organization with a workspace, whose owner is the same user. */
export async function insertOrganization(database: Database, memberId: string, number: number) {
  const id = createId('organization', randomBytes);
  await database.query(
    `insert into organization (id, name, slug, plan, created_at)
     values ($1, 'Acme', $2, 'enterprise', now())`,
    [id, `acme-${number}`],
  );
  await database.query(
    `insert into member (id, organization_id, user_id, role_id, status, created_at)
     select $1, $2, user_id, 'role_owner', 'active', now() from member where id = $3`,
    [createId('member', randomBytes), id, memberId],
  );
  await database.query(
    `insert into workspace (id, organization_id, name, environment, created_at)
     values ($1, $2, 'default', 'live', now())`,
    [createId('workspace', randomBytes), id],
  );
  return id;
}
