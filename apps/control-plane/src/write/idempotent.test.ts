import type { ApiKey, ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import { countAuditEvents } from '../testing/audit-log.ts';
import type { Client } from '../testing/client.ts';
import { CREATE_BODY } from '../testing/key-changes.ts';
import { makeKey } from '../testing/keys.ts';
import { addOrganization, choosePlan, claimedOrganization } from '../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';

const DAY_MS = 24 * 3_600_000;

let now = Date.now();
let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(now) });
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
});

function create(key: string, body: object = CREATE_BODY, client = owner) {
  return client.post<ApiKeyWithSecret>('/v1/api-keys', body, { 'idempotency-key': key });
}

async function countKeys(): Promise<number> {
  return (await owner.get<{ totalKeys: number }>('/v1/api-keys/stats')).body.totalKeys;
}

describe('an Idempotency-Key', () => {
  it('makes one key of a hundred equal creations at once, and shows its secret to one', async () => {
    const [keysBefore, eventsBefore] = [await countKeys(), await countAuditEvents(app)];
    const answers = await Promise.all(Array.from({ length: 100 }, () => create('rush')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.secret !== undefined)).toHaveLength(1);
    expect(await countKeys()).toBe(keysBefore + 1);
    expect(await countAuditEvents(app)).toBe(eventsBefore + 1);
  });

  it('replays the first answer without the secret, whatever order the fields come in', async () => {
    const { secret, ...key } = (await create('replayed')).body;
    expect(secret).toBeDefined();
    const { scopes, profile, name } = CREATE_BODY;
    const replay = await create('replayed', { scopes, profile, name });
    expect(replay.status).toBe(201);
    expect(replay.body).toEqual(key);
  });

  it('is refused with another body, and nothing is made', async () => {
    await create('conflicting');
    const before = await countKeys();
    const answer = await create('conflicting', { ...CREATE_BODY, name: 'another' });
    expect(answer.problem).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    expect(await countKeys()).toBe(before);
  });

  it('is free again after 24 hours and not before', async () => {
    const first = await create('daily');
    now += DAY_MS;
    expect((await create('daily')).body.id).toBe(first.body.id);
    now += 1;
    const second = await create('daily');
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.body.secret).toBeDefined();
  });

  it('belongs to its caller: another key or organization has its own', async () => {
    const mine = await create('shared');
    const key = await makeKey(app, owner, { scopes: ['api_keys.create', 'api_keys.read'] });
    const other = await addOrganization(app, 'Other');
    for (const client of [key.client, other.owner.client]) {
      const answer = await create('shared', CREATE_BODY, client);
      expect(answer.status).toBe(201);
      expect(answer.body.id).not.toBe(mine.body.id);
    }
  });

  it('is not spent by a creation that was refused', async () => {
    expect((await create('refused', { ...CREATE_BODY, scopes: [] })).status).toBe(422);
    expect((await create('refused')).body.secret).toBeDefined();
  });

  it('makes nothing again once its key was deleted', async () => {
    const { body } = await create('deleted');
    await owner.delete(`/v1/api-keys/${body.id}`);
    expect((await create('deleted')).problem.code).toBe('idempotency_conflict');
  });

  it('shows the replay no more than the caller may make: the scope is asked again', async () => {
    const { workspaceId } = await claimedOrganization(app);
    const fields = { scopes: ['api_keys.create', 'api_keys.read'], workspaceId };
    const key = await makeKey(app, owner, fields);
    const made = await create('narrowed', CREATE_BODY, key.client);
    expect(made.status).toBe(201);
    await owner.patch<ApiKey>(`/v1/api-keys/${key.id}`, { scopes: ['api_keys.read'] });
    expect((await create('narrowed', CREATE_BODY, key.client)).status).toBe(403);
  });

  it.each(['', 'with space', 'x'.repeat(256), 'é'])('is refused as %j', async (key) => {
    expect((await create(key)).problem).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});
