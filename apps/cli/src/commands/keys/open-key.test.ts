import { createClient } from '@tollkeeper/sdk';
import { expect, test } from 'vitest';
import { EXIT } from '../../failure.ts';
import { createApi, createKey, SECRET } from '../../testing/fake-api.ts';
import { findKey } from './open-key.ts';

function clientOf(...pages: (readonly ReturnType<typeof createKey>[])[]) {
  const answers = pages.map((data, index) => ({
    data,
    nextCursor: index + 1 < pages.length ? `page${index + 1}` : null,
    totalCount: pages.flat().length,
  }));
  const api = createApi({ 'GET /v1/api-keys': answers });
  return { seen: api.seen, client: createClient({ baseUrl: 'http://h', fetch: api.fetch }) };
}

test('finds a key by its exact name among those that only resemble it', async () => {
  const { client } = clientOf([
    createKey(1, { name: 'ci-pipeline' }),
    createKey(2, { name: 'ci' }),
  ]);
  expect((await findKey(client, 'ci')).id).toBe(createKey(2).id);
});

test('finds a key on a later page', async () => {
  const { client, seen } = clientOf([createKey(1)], [createKey(2)]);
  expect((await findKey(client, 'ci-2')).id).toBe(createKey(2).id);
  expect(seen[1]?.query.get('cursor')).toBe('page1');
});

test.each(['tk_live_0001', 'tk_live_0001…', 'tk_live_0001...'])(
  'finds a key by its visible prefix, as it is shown: %s',
  async (reference) => {
    const { client } = clientOf([createKey(1)]);
    expect((await findKey(client, reference)).id).toBe(createKey(1).id);
  },
);

test('lists the candidates instead of choosing one', async () => {
  const { client } = clientOf([createKey(1, { name: 'ci' }), createKey(2, { name: 'ci' })]);
  await expect(findKey(client, 'ci')).rejects.toMatchObject({
    exitCode: EXIT.usage,
    details: [expect.stringContaining(createKey(1).id), expect.stringContaining(createKey(2).id)],
  });
});

test('a key named like the prefix of another one is no way to be taken for it', async () => {
  const { client } = clientOf([createKey(1), createKey(2, { name: 'tk_live_0001' })]);
  await expect(findKey(client, 'tk_live_0001')).rejects.toMatchObject({ exitCode: EXIT.usage });
});

test('says so when no key is meant', async () => {
  const { client } = clientOf([createKey(1)]);
  await expect(findKey(client, 'ci-')).rejects.toMatchObject({ exitCode: EXIT.notFound });
});

test('never sends a secret as a search, and does not repeat it', async () => {
  const { client, seen } = clientOf([createKey(1)]);
  await expect(findKey(client, SECRET)).rejects.toThrow(/^A secret cannot name a key/);
  expect(seen).toEqual([]);
});
