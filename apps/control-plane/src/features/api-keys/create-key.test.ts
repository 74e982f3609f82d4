import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
});

describe('creating a key', () => {
  it('answers the secret once, and the key works at once', async () => {
    const created = await owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      name: 'ci-pipeline',
      profile: 'workspace',
    });
    expect(created.status).toBe(201);
    const answer = await withKey(app, created.body.secret ?? '').get('/v1/whoami');
    expect(answer.status).toBe(200);
  });
});
