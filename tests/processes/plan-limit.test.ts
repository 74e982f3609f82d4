import { expect, it } from 'vitest';
import type { Answer } from '../../apps/control-plane/src/testing/client.ts';
import { createKey } from './keys.ts';
import { startPair, through } from './pair.ts';

const ROUNDS = process.env.LONG ? 50 : 1;
const CREATIONS = process.env.LONG ? 1000 : 200;

it('gives the last place of the plan to exactly one of many creations through two processes', async () => {
  const { b, owner, query } = await startPair('free');
  const viaB = through(b, owner);
  await createKey(owner, 'first');
  await createKey(viaB, 'second');
  for (let round = 0; round < ROUNDS; round += 1) {
    const body = { name: `round-${round}`, profile: 'read-only' };

    const answers = await Promise.all(
      Array.from({ length: CREATIONS }, (_, at) =>
        (at % 2 ? owner : viaB).post<{ id: string }>('/v1/api-keys', body),
      ),
    );

    expect(countBy(answers)).toEqual({ 201: 1, 403: CREATIONS - 1 });
    const refused = answers.filter((answer) => answer.status === 403);
    for (const { problem } of refused) {
      expect(problem).toMatchObject({ code: 'plan_limit_reached', limit: 3, count: 3 });
      expect(problem.detail).toMatch(/Revoke or delete/);
    }
    expect(await query('select id from api_key')).toHaveLength(3);
    await owner.delete(`/v1/api-keys/${answers.find(({ status }) => status === 201)?.body.id}`);
  }
}, 600_000);

function countBy(answers: readonly Answer<unknown>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
