import { readFileSync } from 'node:fs';
import type { ApiKeyWithSecret, JoinKeyWithSecret } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { startOrganization } from '../testing/start-organization.ts';

const MIGRATION = new URL('./migrations/0023_answers_with_etag.sql', import.meta.url);

it('gives an answer kept from before etags one that matches no record, so that an edit with it overwrites nothing', async () => {
  const { owner, query } = await startOrganization();
  const createKey = () =>
    owner.post<ApiKeyWithSecret>(
      '/v1/api-keys',
      { name: 'ci', profile: 'read-only' },
      { 'idempotency-key': 'a-key' },
    );
  const createJoinKey = () =>
    owner.post<JoinKeyWithSecret>('/v1/join-keys', {}, { 'idempotency-key': 'a-join-key' });
  const { secret: _, ...key } = (await createKey()).body;
  const { secret: __, ...joinKey } = (await createJoinKey()).body;
  await query(`update idempotency set answer = answer - 'etag'`);

  await query(readFileSync(MIGRATION, 'utf8'));

  const replayed = await createKey();
  expect([replayed.status, replayed.body]).toEqual([201, { ...key, etag: '' }]);
  const path = `/v1/api-keys/${key.id}`;
  const refused = await owner.patch(path, { name: 'renamed', etag: replayed.body.etag });
  expect(refused.problem).toMatchObject({ status: 412, code: 'edit_conflict' });
  expect((await owner.patch(path, { name: 'renamed', etag: key.etag })).status).toBe(200);
  // What has no etag is answered without one.
  const again = await createJoinKey();
  expect([again.status, again.body]).toEqual([201, joinKey]);
});
