import { expect, it } from 'vitest';
import { claimedOrganization } from '../../testing/people.ts';
import { visitor } from '../../testing/sign-in.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import { OWNER } from '../../testing/test-app.ts';

it('ends the oldest sessions of somebody who has more than a hundred', async () => {
  const { app, owner, query } = await startOrganization();
  const { userId } = await claimedOrganization(app);
  await query(
    `insert into session (id, token, user_id, expires_at, created_at)
     select 's' || n, 't' || n, $1, now() + interval '1 day', now() - n * interval '1 minute'
     from generate_series(1, 150) n`,
    [userId],
  );
  const { email, password } = OWNER;
  await visitor(app).post('/api/auth/sign-in/email', { email, password });
  const rows = await query<{ id: string }>('select id from session where user_id = $1', [userId]);
  expect(rows).toHaveLength(100);
  expect(rows.map(({ id }) => id)).not.toContain('s150');
  expect((await owner.get('/v1/whoami')).status).toBe(200);
});
