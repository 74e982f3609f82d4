/** How PostgreSQL reads the links of a lineage, however many there are or were. */
import { expect, it } from 'vitest';
import { makeKey } from '../testing/keys.ts';
import { queryDatabase } from '../testing/query-database.ts';
import { recordStatements } from '../testing/reads/explain-statements.ts';
import { claimServer, startTestApp } from '../testing/test-app.ts';

it('finds by an index what a key created, also where one key created nearly all of them', async () => {
  const own = await startTestApp();
  const session = await claimServer(own);
  const query = queryDatabase(own.database);
  await query(`update organization set plan = 'enterprise'`);
  const root = await makeKey(own, session);
  await query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || lpad(n::text, 20, 'A'), organization_id, member_id, 'key', 'tk_live_AAAA',
       'active', 'custom', '{}', '{}', now(), id from api_key, generate_series(1, 3000) as n`,
  );
  await query('analyze api_key');
  const statements = await recordStatements(async () => {
    await session.get(`/v1/api-keys/${root.id}/created`);
    await session.post(`/v1/api-keys/${root.id}/revoke`, { cascade: true });
  });
  const searches = statements.filter(({ text }) => text.includes('as next (id,'));
  expect(searches.length).toBeGreaterThan(0);
  for (const { text, values } of searches) {
    const plan = await query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...values]);
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    // For each key that was found, that is; the other tables are empty.
    expect(lines).not.toMatch(/Seq Scan on api_key.*\n.*Filter: .*walked\.id/);
  }
});

it('passes over the dead keys that a key created, however many they are', async () => {
  const own = await startTestApp();
  const session = await claimServer(own);
  const query = queryDatabase(own.database);
  await query(`update organization set plan = 'enterprise'`);
  const root = await makeKey(own, session);
  await query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id, revoked_at)
     select 'key_' || lpad(n::text, 20, 'A'), organization_id, member_id, 'key', 'tk_live_AAAA',
       'revoked', 'custom', '{}', '{}', now(), id, now() from api_key, generate_series(1, 3000) as n`,
  );
  await query('analyze api_key');
  const statements = await recordStatements(async () => {
    await session.get(`/v1/api-keys/${root.id}/created`);
    await session.post(`/v1/api-keys/${root.id}/revoke`, { cascade: true });
  });
  const searches = statements.filter(({ text }) => text.includes('as next (id,'));
  expect(searches.length).toBeGreaterThan(0);
  for (const { text, values } of searches) {
    const plan = await query<{ 'QUERY PLAN': string }>(`explain analyze ${text}`, [...values]);
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(lines).not.toMatch(/actual .*rows=3\d\d\d|Removed by Filter: 3\d\d\d/);
  }
});

it('finds by its own index what a key rotated, also where a great many were forgotten', async () => {
  const own = await startTestApp();
  const session = await claimServer(own);
  const query = queryDatabase(own.database);
  await query(`update organization set plan = 'enterprise'`);
  const [root, other] = [await makeKey(own, session), await makeKey(own, session)];
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select organization_id, 'key_' || n % 3, 'key_' || n, now(), now()
     from api_key, generate_series(1, 30000) n where id = $1`,
    [root.id],
  );
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select organization_id, $1, $2, now(), now() from api_key where id = $1`,
    [root.id, other.id],
  );
  await query(`delete from key_rotation where rotated_by <> $1`, [root.id]);
  // As autovacuum does: what is left seems to be found in no time, by whatever index.
  await query('analyze key_rotation');
  const statements = await recordStatements(async () => {
    await session.get(`/v1/api-keys/${root.id}/created`);
    await session.post(`/v1/api-keys/${root.id}/revoke`, { cascade: true });
  });
  const searches = statements.filter(({ text }) =>
    /"key_rotation"."rotated_by"\s*(>=|=)/.test(text),
  );
  expect(searches.length).toBeGreaterThan(0);
  for (const { text, values } of searches) {
    const plan = await query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...values]);
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/key_rotation_organization_id_rotated_by_key_id_pk/);
    expect(lines).not.toMatch(/Seq Scan on key_rotation|key_rotation\w*_key_id_index/);
  }
});
