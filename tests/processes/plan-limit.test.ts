import { expect, it } from 'vitest';
import type { Answer, Client } from '../../apps/control-plane/src/testing/client.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey } from './keys.ts';
import { startPair } from './pair.ts';

const ROUNDS = process.env.LONG ? 50 : 1;
const CREATIONS = process.env.LONG ? 1000 : 200;

it('gives the last place of the plan to exactly one of many creations through two processes', async () => {
  const { a, b, owner, query } = await startPair('free');
  const { secret } = await createKey(owner, 'creator');
  await createKey(owner, 'second');
  const creators = [withKey(a, secret), withKey(b, secret)];
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

/** All that the pools may hold: to open one takes longer than a creation, and would queue them. */
async function openConnections(creators: readonly Client[]): Promise<void> {
  const reads = creators.flatMap((creator) =>
    Array.from({ length: 40 }, () => creator.get('/v1/api-keys')),
  );
  await Promise.all(reads);
}

/** A busy machine may say "try again", which decides nothing. */
async function create(creator: Client, name: string): Promise<Answer<{ id: string }>> {
  const body = { name, profile: 'read-only' };
  const answer = await creator.post<{ id: string }>('/v1/api-keys', body);
  return answer.status === 503 ? create(creator, name) : answer;
}

function countBy(answers: readonly Answer<unknown>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
