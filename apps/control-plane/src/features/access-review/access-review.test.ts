import type { AccessReview, ScopeReplay } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  addWorkspace,
  choosePlan,
  claimedOrganization,
  type Person,
} from '../../testing/people.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';

interface Page {
  readonly data: AccessReview[];
  readonly nextCursor: string | null;
  readonly totalCount: number | null;
}

const PATH = '/v1/compliance/access-review';
const REVIEWER = ['compliance.read', 'api_keys.read', 'usage.read'];
let app: TestApp;
let owner: Client;
let organizationId: string;
let workspaceId: string;
let admin: Person;
let key: TestKey;
let ofAdmin: TestKey;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  ({ organizationId } = await claimedOrganization(app));
  workspaceId = await addWorkspace(app, organizationId, 'staging');
  admin = await addMember(app, organizationId, 'admin');
  const scopes = ['usage.read', 'audit.read', 'api_keys.read'];
  key = await makeKey(app, owner, { name: 'ci-pipeline', scopes });
  ofAdmin = await makeKey(app, admin.client, { name: 'of-admin', workspaceId });
  await key.client.get('/v1/usage');
  await key.client.get('/v1/usage');
  await key.client.get('/v1/audit-events');
  await app.services.usage.flush();
});

const reviewOf = (client: Client, { id }: TestKey) => client.get<AccessReview>(`${PATH}/${id}`);
const namesIn = async (client: Client, query = '') => {
  const { body } = await client.get<Page>(`${PATH}${query}`);
  return body.data.map(({ name }) => name);
};

it('reviews a key, and applies what it proposes by an ordinary edit', async () => {
  const { body } = await reviewOf(owner, key);
  expect(body).toMatchObject({
    ...{ name: 'ci-pipeline', calls: 3, unknownCalls: 0, advice: 'reduce' },
    recordedSince: key.createdAt,
    proposedScopes: ['audit.read', 'usage.read'],
    replay: { calls: 3, refused: 0, uncertain: 0, outdated: 0 },
    owner: { email: 'ada@example.com' },
  });
  const applied = await owner.patch(`/v1/api-keys/${key.id}`, {
    ...{ scopes: body.proposedScopes, etag: body.etag },
  });
  expect(applied.status).toBe(200);
  expect((await key.client.get('/v1/usage')).status).toBe(200);
  expect((await key.client.get('/v1/api-keys')).status).toBe(403);
  expect((await reviewOf(owner, key)).body).toMatchObject({ advice: 'keep', proposedScopes: null });
  const again = await owner.patch(`/v1/api-keys/${key.id}`, {
    ...{ scopes: ['usage.read'], etag: body.etag },
  });
  expect(again.problem.code).toBe('edit_conflict');
});

describe('the list', () => {
  it('filters by owner, workspace, text and use, and leaves out revoked keys unless asked', async () => {
    const revoked = await makeKey(app, owner, { name: 'gone' });
    await owner.post(`/v1/api-keys/${revoked.id}/revoke`, {});
    expect(await namesIn(owner)).toEqual(['of-admin', 'ci-pipeline']);
    expect(await namesIn(owner, '?state=revoked')).toEqual(['gone']);
    expect(await namesIn(owner, `?memberId=${admin.memberId}`)).toEqual(['of-admin']);
    expect(await namesIn(owner, `?workspaceId=${workspaceId}`)).toEqual(['of-admin']);
    expect(await namesIn(owner, '?search=pipe')).toEqual(['ci-pipeline']);
    expect(await namesIn(owner, '?used=true')).toEqual(['ci-pipeline']);
    expect(await namesIn(owner, '?used=false')).toEqual(['of-admin']);
  });

  it('has pages', async () => {
    const first = await owner.get<Page>(`${PATH}?limit=1`);
    expect(first.body).toMatchObject({ data: [{ name: 'of-admin' }], totalCount: 2 });
    expect(await namesIn(owner, `?limit=1&cursor=${first.body.nextCursor}`)).toEqual([
      'ci-pipeline',
    ]);
  });

  it('filters by advice, page by page', async () => {
    await makeKey(app, owner, { name: 'fresh' });
    const advised = (advice: string, more = '') =>
      owner.get<Page>(`${PATH}?advice=${advice}${more}`);
    const waiting = await advised('wait');
    expect(waiting.body).toMatchObject({ nextCursor: null, totalCount: null });
    expect(waiting.body.data.map(({ name }) => name)).toEqual(['fresh', 'of-admin']);
    expect(waiting.body.data.every(({ advice }) => advice === 'wait')).toBe(true);
    const first = (await advised('wait', '&limit=1')).body;
    const rest = (await advised('wait', `&cursor=${first.nextCursor}`)).body;
    expect([...first.data, ...rest.data]).toEqual(waiting.body.data);
    expect((await advised('keep')).body.data.map(({ name }) => name)).toEqual(['ci-pipeline']);
    expect((await advised('doubt')).status).toBe(422);
  });
});

describe('a caller', () => {
  it.each(REVIEWER)('needs %s', async (scope) => {
    const lesser = await makeKey(app, owner, { scopes: REVIEWER.filter((each) => each !== scope) });
    const body = { scopes: ['usage.read'] };
    for (const answer of [
      await lesser.client.get(PATH),
      await reviewOf(lesser.client, lesser),
      await lesser.client.post(`${PATH}/${lesser.id}/replay`, body),
    ]) {
      expect(answer.problem.code).toBe('insufficient_scope');
      expect(answer.problem.detail).toContain(`"${scope}"`);
    }
  });

  it('sees the keys that GET /v1/api-keys would show, and no others', async () => {
    const own = await makeKey(app, owner, { name: 'reviewer', scopes: REVIEWER });
    expect(await namesIn(own.client)).not.toContain('of-admin');
    expect((await reviewOf(own.client, ofAdmin)).status).toBe(404);
    const replay = `${PATH}/${ofAdmin.id}/replay`;
    expect((await own.client.post(replay, { scopes: ['usage.read'] })).status).toBe(404);
    const scopes = [...REVIEWER, 'api_keys.manage_all'];
    const confined = await makeKey(app, owner, { name: 'confined', scopes, workspaceId });
    expect(await namesIn(confined.client)).toEqual(['confined', 'of-admin']);
    expect((await reviewOf(confined.client, key)).status).toBe(404);
    expect((await reviewOf(confined.client, ofAdmin)).body.owner.email).toBeNull();
  });

  it('sees nothing of another organization', async () => {
    const other = await addOrganization(app, 'Other');
    expect(await namesIn(other.owner.client)).toEqual([]);
    expect((await reviewOf(other.owner.client, key)).status).toBe(404);
    const replay = `${PATH}/${key.id}/replay`;
    expect((await other.owner.client.post(replay, { scopes: ['usage.read'] })).status).toBe(404);
  });
});

describe('a replay', () => {
  const replay = (scopes: unknown) =>
    owner.post<ScopeReplay>(`${PATH}/${key.id}/replay`, { scopes });

  it('counts the calls that other scopes would have refused', async () => {
    const { body } = await replay(['usage.read', 'invoices.read']);
    expect(body).toMatchObject({ refused: 1, uncertain: 0, outdated: 0 });
  });

  it('refuses what cannot be a scope, naming it', async () => {
    const { status, problem } = await replay(['usage.read', 'Everything', 'fleet.write']);
    expect(status).toBe(422);
    expect(problem.errors).toEqual([
      { path: 'scopes/1', message: '"Everything" is not a scope' },
      { path: 'scopes/2', message: '"fleet.write" is not a scope' },
    ]);
    expect((await replay([])).status).toBe(422);
  });
});
