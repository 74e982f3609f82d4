import type { Client } from './client.ts';
import { join } from './join.ts';
import type { Query } from './query-database.ts';
import type { TestApp } from './test-app.ts';

/** The owner of another organization on the same server, which nothing joins to the first. */
export async function startOtherOrganization(
  app: TestApp,
  owner: Client,
  query: Query,
): Promise<Client> {
  const { client, memberId } = await join(app, owner, 'Olga', 'role_viewer');
  const id = 'org_00000000000000000001';
  await query(
    `insert into organization (id, name, slug, plan, created_at) values ($1, 'Other', 'other', 'pro', now())`,
    [id],
  );
  await query(
    `insert into workspace (id, organization_id, name, environment, created_at)
     values ('ws_00000000000000000001', $1, 'default', 'live', now())`,
    [id],
  );
  await query(`update member set organization_id = $1, role_id = 'role_owner' where id = $2`, [
    id,
    memberId,
  ]);
  return client;
}
