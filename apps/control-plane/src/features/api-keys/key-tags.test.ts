import {
  type ApiKey,
  type ApiKeyWithSecret,
  type Identity,
  SCOPES,
  TAG_LENGTH_MAX,
  TAGS_MAX,
} from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { newestAuditEvent } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, addOrganization, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { shorten } from '../../testing/shorten.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

const pathOf = ({ id }: { id: string }) => `/v1/api-keys/${id}`;
const read = async (key: { id: string }) => (await owner.get<ApiKey>(pathOf(key))).body;

async function countChanges({ id }: { id: string }): Promise<number> {
  const text = `select count(*)::int as count from change where kind = 'key' and subject_id = $1`;
  return (await query<{ count: number }>(text, [id]))[0]?.count ?? 0;
}

describe('tags of a new key', () => {
  it('are trimmed, composed, each once and sorted, in every answer and in the audit log', async () => {
    const tags = [' prod ', 'e\u0301quipe', 'a b', 'prod', 'Prod'];
    const expected = ['Prod', 'a b', 'prod', '\u00e9quipe'];
    const key = await makeKey(app, owner, { tags });
    expect(key.tags).toEqual(expected);
    expect((await read(key)).tags).toEqual(expected);
    expect((await key.client.get<Identity>('/v1/whoami')).body.key).toMatchObject({
      id: key.id,
      tags: expected,
    });
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'api_key.create',
      target: { id: key.id },
      after: { tags: expected },
    });
  });

  it('are none where none are named, and as many as there may be', async () => {
    expect((await makeKey(app, owner)).tags).toEqual([]);
    const tags = Array.from(
      { length: TAGS_MAX },
      (_, n) => '🦊'.repeat(TAG_LENGTH_MAX - 2) + (10 + n),
    );
    expect((await makeKey(app, owner, { tags })).tags).toEqual(tags);
  });

  it('are in the answer that an Idempotency-Key repeats', async () => {
    const body = { name: 'n', profile: 'read-only', tags: ['b', 'a'] };
    const create = () =>
      owner.post<ApiKeyWithSecret>('/v1/api-keys', body, { 'idempotency-key': 'tagged' });
    expect((await create()).body.tags).toEqual(['a', 'b']);
    expect((await create()).body.tags).toEqual(['a', 'b']);
  });
});

describe('editing the tags of a key', () => {
  it('replaces all of them, writes an audit event, and is a change for gateways', async () => {
    const key = await makeKey(app, owner, { tags: ['staging', 'ci'] });
    const before = await countChanges(key);
    const edited = await owner.patch<ApiKey>(pathOf(key), { tags: ['prod', ' ci'] });
    expect([edited.status, edited.body.tags]).toEqual([200, ['ci', 'prod']]);
    expect(edited.body.etag).not.toBe(key.etag);
    expect(await newestAuditEvent(app)).toMatchObject({
      action: 'api_key.update',
      target: { id: key.id },
      before: { tags: ['ci', 'staging'] },
      after: { tags: ['ci', 'prod'] },
    });
    expect(await countChanges(key)).toBe(before + 1);
  });

  it('to what they are already changes nothing', async () => {
    const key = await makeKey(app, owner, { tags: ['b', 'a'] });
    const event = await newestAuditEvent(app);
    const same = await owner.patch<ApiKey>(pathOf(key), { tags: [' a', 'b', 'a'] });
    expect(same.body.etag).toBe(key.etag);
    expect(await newestAuditEvent(app)).toEqual(event);
  });

  it('leaves them with everything else that is edited, and a rotation keeps them', async () => {
    const key = await makeKey(app, owner, { tags: ['ci'] });
    await owner.patch(pathOf(key), { name: 'renamed' });
    expect((await owner.post<ApiKey>(`${pathOf(key)}/rotate`, {})).body.tags).toEqual(['ci']);
    expect((await owner.patch<ApiKey>(pathOf(key), { tags: [] })).body.tags).toEqual([]);
  });

  it('is refused where somebody else edited them meanwhile', async () => {
    const key = await makeKey(app, owner, { tags: ['ci'] });
    await owner.patch(pathOf(key), { tags: ['theirs'] });
    const late = await owner.patch(pathOf(key), { tags: ['mine'], etag: key.etag });
    expect(late.problem).toMatchObject({ status: 412, code: 'edit_conflict' });
    expect((await read(key)).tags).toEqual(['theirs']);
  });

  it('needs api_keys.create, also where the key is one’s own', async () => {
    const key = await makeKey(app, owner, {
      scopes: SCOPES.filter((scope) => scope !== 'api_keys.create'),
    });
    const answer = await key.client.patch(pathOf(key), { tags: ['ci'] });
    expect(answer.problem).toMatchObject({ status: 403, scopes: ['api_keys.create'] });
    expect((await read(key)).tags).toEqual([]);
  });

  it('needs the scopes of the key, unlike renaming it', async () => {
    const { organizationId } = await claimedOrganization(app);
    const { client, memberId } = await addMember(app, organizationId, 'admin');
    const key = await makeKey(app, client, { scopes: ['audit.export'] });
    await query(`update member set role_id = 'role_developer' where id = $1`, [memberId]);
    const answer = await client.patch(pathOf(key), { tags: ['ci'] });
    expect(answer.problem).toMatchObject({ code: 'scope_not_held', scopes: ['audit.export'] });
    expect((await client.patch(pathOf(key), { name: 'renamed' })).status).toBe(200);
  });

  it('of another organization is the 404 of a key that never was', async () => {
    const key = await makeKey(app, owner, { tags: ['ours'] });
    const { owner: stranger } = await addOrganization(app, 'Other');
    expect((await stranger.client.patch(pathOf(key), { tags: ['ci'] })).status).toBe(404);
    for (const filter of ['tags=ours', 'search=ours']) {
      const { body } = await stranger.client.get<{ data: ApiKey[] }>(`/v1/api-keys?${filter}`);
      expect(body).toMatchObject({ data: [], totalCount: 0 });
    }
    expect((await read(key)).tags).toEqual(['ours']);
  });
});

describe('tags that are none', () => {
  it.each(
    [
      [['a,b'], 'tags/0'],
      [['a', ' '], 'tags/1'],
      [['a\nb'], 'tags/0'],
      [['\u202ea'], 'tags/0'],
      [['x'.repeat(TAG_LENGTH_MAX + 1)], 'tags/0'],
      // Each becomes two characters in the composed form.
      [['ok', '\u0958'.repeat(TAG_LENGTH_MAX)], 'tags/1'],
      [[`tk_live_${'a'.repeat(38)}`], 'tags/0'],
      [Array.from({ length: TAGS_MAX + 1 }, (_, n) => `tag-${n}`), 'tags'],
      ['ci', 'tags'],
      [null, 'tags'],
      [[7], 'tags/0'],
    ].map(([tags, path]) => [shorten(tags), tags, path] as const),
  )('are refused: %s', async (_, tags, path) => {
    const key = await makeKey(app, owner, { tags: ['kept'] });
    const body = { name: 'n', profile: 'read-only', tags };
    for (const answer of [
      await owner.post('/v1/api-keys', body),
      await owner.patch(pathOf(key), { tags }),
    ]) {
      expect(answer.problem).toMatchObject({ status: 422, code: 'validation_failed' });
      expect(new Set(answer.problem.errors?.map((error) => error.path))).toEqual(new Set([path]));
    }
    expect((await read(key)).tags).toEqual(['kept']);
  });
});
