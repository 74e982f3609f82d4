import pg from 'pg';
import { expect, it } from 'vitest';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { startControlPlane } from './control-plane.ts';
import { connectTo, urlOf } from './pair.ts';

/** One more than one transaction of a cascade ends. */
const BELOW_COUNT = 5001;

it('ends what a key created at the next start, if the process was killed in the midst', async () => {
  const config = await createTestDatabase();
  const settings = { databaseUrl: urlOf(config) };
  const query = connectTo(config);
  // Where the start comes too early to go on with it, the job of the minute does.
  await query('update pgboss.version set cron_on = null');
  const first = await startControlPlane(settings);
  const owner = await claimServer(first);
  await query(`update organization set plan = 'enterprise'`);
  const body = { name: 'root', profile: 'custom', scopes: ['api_keys.read'] };
  const root = (await owner.post<{ id: string }>('/v1/api-keys', body)).body;
  await query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below',
       'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id
     from api_key, generate_series(1, $2::int) as n where id = $1`,
    [root.id, BELOW_COUNT],
  );
  const countLiving = async () =>
    (
      await query(`select 1 from api_key where created_by_key_id = $1 and status = 'active'`, [
        root.id,
      ])
    ).length;
  const blocker = new pg.Client(config);
  await blocker.connect();
  await blocker.query('begin');
  await blocker.query('select 1 from api_key where name = $1 for update', ['below']);

  const revocation = owner
    .post(`/v1/api-keys/${root.id}/revoke`, { cascade: true })
    .catch(() => undefined);
  await until('the second transaction waits', async () => {
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
      and datname = current_database() and exists (select from running_cascade)`;
    return (await query(waiting)).length > 0;
  });
  first.signal('SIGKILL');
  await first.exited;
  expect(await revocation).toBeUndefined();
  await blocker.query('commit');
  expect(await countLiving()).toBe(BELOW_COUNT);
  await blocker.end();

  await startControlPlane(settings);

  await until('all has ended', async () => (await countLiving()) === 0);
  await until(
    'it is over',
    async () => (await query('select 1 from running_cascade')).length === 0,
  );
});
