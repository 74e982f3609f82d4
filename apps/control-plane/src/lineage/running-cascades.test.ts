import type { InvitationWithLink } from '@tollkeeper/contract';
import { afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import {
  type CascadeWorld,
  startCascadeWorld,
} from '../features/api-keys/cascade-world.fixture.ts';
import { joinWith, makeJoinKey } from '../testing/fleet.ts';
import { tokenOf } from '../testing/join.ts';
import { claimedOrganization, PASSWORD } from '../testing/people.ts';
import { visitor } from '../testing/sign-in.ts';
import { defaultWorkspace } from '../testing/start-organization.ts';
import { whileHeld } from '../testing/while-held.ts';
import { wasBeingEnded } from './running-cascades.ts';

let world: CascadeWorld;
let place: { organizationId: string; memberId: string };

beforeAll(async () => {
  world = await startCascadeWorld();
  place = await claimedOrganization(world.app);
});

afterEach(() => world.query('delete from running_cascade'));

const ask = () =>
  world.app.services.db.transaction((tx) =>
    wasBeingEnded(tx, place.organizationId, [place.memberId], new Date()),
  );

it('is asked of all cascades in one time, and searched for once for those that remove the same members', async () => {
  const { query } = world;
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 20;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  const plant = (count: number, kept: string) =>
    query(
      `insert into running_cascade (organization_id, roots, keep_members, member_id, scopes, request_id,
         created_at)
       select $1, '[]', jsonb_build_array(${kept}), $2, '{}', 'req_planted', now()
       from generate_series(1, $3::int) n`,
      [place.organizationId, place.memberId, count],
    );
  await plant(40, "'nobody'");
  expect(await ask()).toBe(false);
  await plant(40, "'member ' || n");
  await expect(ask()).rejects.toMatchObject({ code: 'cascade_undetermined' });
});

it('is answered by 503 where one statement takes too long, and neither link nor join key is used', async () => {
  const { app, owner, makeRoot, named, query } = world;
  const body = { email: `${named('guest')}@example.com`, roleId: 'role_viewer' };
  const invited = await owner.post<InvitationWithLink>('/v1/invitations', body);
  const joinKey = await makeJoinKey(owner, { workspaceId: await defaultWorkspace(owner) });
  await world.interrupt(await makeRoot());
  const accept = () =>
    visitor(app).post('/v1/invitations/accept', {
      token: tokenOf(invited.body),
      name: 'Guest',
      password: PASSWORD,
    });

  let isAnswered = false;
  const answers = await whileHeld(
    app.database,
    (holder) => holder.query('lock table deleted_key in access exclusive mode'),
    () =>
      Promise.all([accept(), joinWith(app, joinKey.secret)]).finally(() => {
        isAnswered = true;
      }),
    () => vi.waitUntil(() => isAnswered),
  );

  for (const { problem, headers } of answers) {
    expect(problem).toMatchObject({ status: 503, code: 'cascade_undetermined' });
    expect(headers.get('retry-after')).toBe('2');
  }
  const left = `select (select count(*)::int from invitation where id = $1) as links,
    (select uses_count from join_key where id = $2) as uses`;
  expect(await query(left, [invited.body.id, joinKey.id])).toEqual([{ links: 1, uses: 0 }]);
});
