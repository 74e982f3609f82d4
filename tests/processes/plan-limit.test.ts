import { PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Answer, Client } from '../../apps/control-plane/src/testing/client.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey } from './keys.ts';
import { type Pair, startPair, through } from './pair.ts';

const ROUNDS = process.env.LONG ? 50 : 1;
const CREATIONS = process.env.LONG ? 1000 : 200;
const CREATIONS_MEANWHILE = process.env.LONG ? 200 : 30;

let pair: Pair;
/** A key through either control plane: the first of two keys. */
let creators: Client[];

beforeAll(async () => {
  pair = await startPair('free', { TOLLKEEPER_PLAN_CHANGES: 'self' });
  const { secret } = await createKey(pair.owner, 'creator');
  await createKey(pair.owner, 'second');
  creators = [withKey(pair.a, secret), withKey(pair.b, secret)];
});

it('gives the last place of the plan to exactly one of many creations through two processes', async () => {
  const { owner, query } = pair;
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = `round-${round}`;
    await openConnections(creators);

    const answers = await Promise.all(
      Array.from({ length: CREATIONS / 2 }, () =>
        creators.map((creator) => create(creator, name)),
      ).flat(),
    );

    expect(countBy(answers)).toEqual({ 201: 1, 403: CREATIONS - 1 });
    for (const { problem } of answers.filter(({ status }) => status === 403)) {
      expect(problem).toMatchObject({ code: 'plan_limit_reached', limit: 3, count: 3 });
      expect(problem.detail).toMatch(/Revoke or delete/);
    }
    expect(await query('select id from api_key')).toHaveLength(3);
    await owner.delete(`/v1/api-keys/${answers.find(({ status }) => status === 201)?.body.id}`);
  }
}, 3_600_000);

it('creates no key beyond the plan in force, while the plan is raised and lowered', async () => {
  const { a, b, owner } = pair;
  const owners = [through(a, owner), through(b, owner)] as const;
  const changePlans = async () => {
    for (let times = 0; times < 3; times += 1) {
      await decided(() => owners[0].post('/v1/billing/plan', { plan: 'developer' }));
      await decided(() => owners[1].post('/v1/billing/plan', { plan: 'free' }));
    }
  };
  await Promise.all([
    ...Array.from({ length: CREATIONS_MEANWHILE / 2 }, () =>
      creators.map((creator) => create(creator, 'meanwhile')),
    ).flat(),
    changePlans(),
  ]);

  // Events have the order of the commits.
  const events = await pair.query<{ action: string; after: { plan: Plan } | null }>(
    `select action, after from audit_event
     where action in ('api_key.create', 'api_key.delete', 'billing.change_plan') order by sequence`,
  );
  expect(events.filter(({ action }) => action === 'billing.change_plan')).toHaveLength(6);
  let plan: Plan = 'free';
  let used = 0;
  for (const { action, after } of events) {
    if (action === 'billing.change_plan') plan = after?.plan ?? plan;
    // Those of the other test.
    if (action === 'api_key.delete') used -= 1;
    if (action !== 'api_key.create') continue;
    used += 1;
    expect(used).toBeLessThanOrEqual(PLAN_KEYS_MAX[plan] ?? 0);
  }
});

/** All that the pools may hold: to open one takes longer than a creation, and would queue them. */
async function openConnections(clients: readonly Client[]): Promise<void> {
  const reads = clients.flatMap((client) =>
    Array.from({ length: 40 }, () => client.get('/v1/api-keys')),
  );
  await Promise.all(reads);
}

function create(creator: Client, name: string): Promise<Answer<{ id: string }>> {
  const body = { name, profile: 'read-only' };
  return decided(() => creator.post<{ id: string }>('/v1/api-keys', body));
}

/** A busy machine may say "try again", which decides nothing. */
async function decided<T>(send: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await send();
  return answer.status === 503 ? decided(send) : answer;
}

function countBy(answers: readonly Answer<unknown>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
