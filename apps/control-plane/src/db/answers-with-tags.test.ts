import { readFileSync } from 'node:fs';
import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0033_answers_with_tags.sql', import.meta.url);

it('repeats an answer about a key that was kept before keys had tags', async () => {
  const { owner, query } = await startOrganization();
  const createKey = () =>
    owner.post<ApiKeyWithSecret>(
      '/v1/api-keys',
      { name: 'ci', profile: 'read-only' },
      { 'idempotency-key': 'a-key' },
    );
  const { secret: _, ...key } = (await createKey()).body;
  await query(`update idempotency set answer = answer - 'tags'`);
  expect((await createKey()).status).toBe(500);

  await query(readFileSync(MIGRATION, 'utf8'));

  const { status, body } = await createKey();
  expect([status, body]).toEqual([201, key]);
});
