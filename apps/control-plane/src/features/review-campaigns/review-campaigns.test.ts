import type { ReviewCampaign } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addManyKeys } from '../../testing/many-keys.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents } from '../../testing/query-database.ts';
import { defaultWorkspace } from '../../testing/start-organization.ts';
import { CAMPAIGNS, type Campaigns, startCampaigns } from './campaigns.fixture.ts';

let campaigns: Campaigns;
let owner: Client;
let developer: Joined;
let admin: Joined;
let stranger: Client;
let workspaceId: string;

beforeAll(async () => {
  campaigns = await startCampaigns();
  ({ owner } = campaigns);
  developer = await join(campaigns.app, owner, 'Dev', 'role_developer');
  admin = await join(campaigns.app, owner, 'Adam', 'role_admin');
  stranger = await startOtherOrganization(campaigns.app, owner, campaigns.query);
  workspaceId = await defaultWorkspace(owner);
});

beforeEach(async () => {
  await campaigns.query('delete from review_campaign');
  await campaigns.query('delete from api_key');
});

const newest = async () => (await auditEvents(campaigns.query)).at(-1);

describe('starting a campaign', () => {
  it('asks for every key in force or disabled, with one audit event', async () => {
    const { keyOf, started, query } = campaigns;
    const [key, expired, revoked] = [
      await keyOf(developer.client, 'dev'),
      await keyOf(owner, 'expired'),
      await keyOf(owner, 'revoked'),
    ];
    await query(`update api_key set expires_at = now() - interval '1 day' where id = $1`, [
      expired.id,
    ]);
    await owner.post(`/v1/api-keys/${revoked.id}/revoke`, {});
    const campaign = await started({ disablesUnconfirmed: true });
    expect(campaign).toMatchObject({
      ...{ status: 'running', keysCount: 1, counts: { pending: 1, confirmed: 0 } },
      ...{ reviewer: { name: 'Ada Owner' }, reviewerCanReview: true, workspaceId: null },
    });
    expect(await newest()).toMatchObject({
      action: 'review_campaign.start',
      target: { type: 'review_campaign', id: campaign.id, name: 'Review' },
      before: null,
      after: { keysCount: 1, disablesUnconfirmed: true, endsAt: campaign.endsAt },
    });
    expect(await campaigns.reviewsOf(campaign)).toMatchObject([
      { keyId: key.id, outcome: 'pending', ownerName: 'Dev', reviewer: { name: 'Dev' } },
    ]);
  });

  it('can be about one workspace', async () => {
    await makeKey(campaigns.app, owner, { name: 'inside', workspaceId });
    await campaigns.keyOf(owner, 'outside');
    const campaign = await campaigns.started({ workspaceId });
    expect((await campaigns.reviewsOf(campaign)).map(({ keyName }) => keyName)).toEqual(['inside']);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ endsAt: '2020-01-01T00:00:00Z' }, 'endsAt'],
    [{ endsAt: '2999-01-01T00:00:00Z' }, 'endsAt'],
    [{ endsAt: 'soon' }, 'endsAt'],
    [{ disablesUnconfirmed: 'yes' }, 'disablesUnconfirmed'],
    [{ reviewerId: 'mem_00000000000000000009' }, 'reviewerId'],
  ])('refuses %j', async (body, field) => {
    await campaigns.keyOf(owner, 'a');
    const { status, problem } = await campaigns.start(body);
    expect([status, problem.errors?.[0]?.path]).toEqual([422, field]);
  });

  it('refuses a reviewer who may not decide about every key, and a workspace that is not there', async () => {
    await campaigns.keyOf(owner, 'a');
    const lesser = await campaigns.start({ reviewerId: developer.memberId });
    expect([lesser.status, lesser.problem.errors?.[0]?.path]).toEqual([422, 'reviewerId']);
    const elsewhere = { workspaceId: 'ws_00000000000000000001' };
    expect((await campaigns.start(elsewhere)).status).toBe(404);
    expect((await campaigns.started({ reviewerId: admin.memberId })).reviewer.name).toBe('Adam');
  });

  it('needs a key, and ends at a number of running ones', async () => {
    expect((await campaigns.start()).problem.code).toBe('invalid_state');
    await campaigns.keyOf(owner, 'a');
    for (let n = 0; n < 5; n++) await campaigns.started();
    const sixth = await campaigns.start();
    expect([sixth.status, sixth.problem.code]).toEqual([409, 'invalid_state']);
  });
});

describe('a member', () => {
  it('sees and confirms their own keys, and no others', async () => {
    const { keyOf, started, confirm, ownOf, read } = campaigns;
    const [mine, other] = [await keyOf(developer.client, 'mine'), await keyOf(owner, 'other')];
    const campaign = await started();
    expect(await ownOf(developer.client)).toMatchObject({
      totalCount: 1,
      data: [{ campaignId: campaign.id, keyId: mine.id, keyName: 'mine', ownerName: 'Dev' }],
    });
    const { body } = await confirm(developer.client, campaign, mine.id, other.id);
    expect(body.results).toMatchObject([
      { id: mine.id, error: null },
      { id: other.id, error: { code: 'not_found' } },
    ]);
    expect(await newest()).toMatchObject({
      action: 'api_key.confirm_review',
      actor: { type: 'member', memberId: developer.memberId },
      target: { type: 'api_key', id: mine.id },
      after: { campaignId: campaign.id, campaignName: 'Review', scopes: ['api_keys.read'] },
    });
    expect((await ownOf(developer.client)).totalCount).toBe(0);
    expect((await read(campaign)).counts).toMatchObject({ confirmed: 1, pending: 1 });
    const before = await newest();
    expect((await confirm(developer.client, campaign, mine.id)).body.results[0]?.error).toBeNull();
    expect(await newest()).toEqual(before);
  });

  it('who cannot decide leaves their keys to the reviewer of the campaign', async () => {
    const { keyOf, started, ownOf, query } = campaigns;
    const key = await keyOf(developer.client, 'left');
    await started({ reviewerId: admin.memberId });
    expect((await ownOf(admin.client)).totalCount).toBe(0);
    for (const [column, value, again] of [
      ['role_id', 'role_viewer', 'role_developer'],
      ['status', 'suspended', 'active'],
    ] as const) {
      const set = (to: string) =>
        query(`update member set ${column} = $1 where id = $2`, [to, developer.memberId]);
      await set(value);
      expect((await ownOf(admin.client)).data.map(({ keyId }) => keyId)).toEqual([key.id]);
      await set(again);
    }
    expect((await ownOf(admin.client)).totalCount).toBe(0);
  });

  it('does not confirm a key by itself or what it created, nor one that is revoked or in no campaign', async () => {
    const { keyOf, started, confirm } = campaigns;
    const scopes = ['api_keys.create', 'api_keys.revoke', 'api_keys.read'];
    const self = await makeKey(campaigns.app, owner, { scopes });
    const created = await makeKey(campaigns.app, self.client, { scopes });
    const gone = await keyOf(owner, 'gone');
    const campaign = await started();
    const late = await keyOf(owner, 'late');
    await owner.post(`/v1/api-keys/${gone.id}/revoke`, {});
    const own = await confirm(self.client, campaign, self.id);
    expect(own.body.results[0]?.error?.detail).toContain('does not confirm itself');
    const byCreated = await confirm(created.client, campaign, self.id);
    expect(byCreated.body.results[0]?.error?.detail).toContain('nor one that it came from');
    expect((await confirm(self.client, campaign, created.id)).body.results[0]?.error).toBeNull();
    const { body } = await confirm(owner, campaign, gone.id, late.id, self.id);
    expect(body.results.map(({ error }) => error?.code)).toEqual([
      ...['invalid_state', 'invalid_state', undefined],
    ]);
  });

  it('decides against a key by revoking it', async () => {
    const { keyOf, started, read, ownOf } = campaigns;
    const [one, two] = [await keyOf(owner, 'one'), await keyOf(owner, 'two')];
    const campaign = await started();
    await owner.post(`/v1/api-keys/${one.id}/revoke`, {});
    await owner.delete(`/v1/api-keys/${two.id}`);
    expect((await read(campaign)).counts).toMatchObject({ pending: 0, revoked: 1, deleted: 1 });
    expect((await ownOf(owner)).totalCount).toBe(0);
    expect((await campaigns.reviewsOf(campaign)).map(({ outcome }) => outcome).toSorted()).toEqual([
      ...['deleted', 'revoked'],
    ]);
  });
});

describe('changing a campaign', () => {
  const at = ({ id }: { readonly id: string }, verb = '') => `${CAMPAIGNS}/${id}${verb}`;

  it('extends it, never shortens it, and records that', async () => {
    await campaigns.keyOf(owner, 'a');
    const campaign = await campaigns.started();
    const later = campaigns.inDays(20);
    const { status, body } = await owner.patch<ReviewCampaign>(at(campaign), {
      ...{ endsAt: later, name: 'Longer', reviewerId: admin.memberId },
    });
    expect([status, body.name, body.endsAt, body.reviewer.name]).toEqual([
      ...[200, 'Longer', later, 'Adam'],
    ]);
    expect(await newest()).toMatchObject({
      action: 'review_campaign.update',
      before: { name: 'Review', endsAt: campaign.endsAt },
      after: { name: 'Longer', endsAt: later, reviewerId: admin.memberId },
    });
    const shorter = await owner.patch(at(campaign), { endsAt: campaigns.inDays(15) });
    expect([shorter.status, shorter.problem.errors?.[0]?.path]).toEqual([422, 'endsAt']);
    const outdated = await owner.patch(at(campaign), { name: 'Mine', etag: campaign.etag });
    expect(outdated.problem.code).toBe('edit_conflict');
  });

  it('cancels it without disabling anything, and deletes it only once it is over', async () => {
    const key = await campaigns.keyOf(owner, 'a');
    const campaign = await campaigns.started({ disablesUnconfirmed: true });
    expect((await owner.delete(at(campaign))).problem.code).toBe('invalid_state');
    const { body } = await owner.post<ReviewCampaign>(at(campaign, '/cancel'));
    expect(body).toMatchObject({ status: 'cancelled', counts: { unconfirmed: 1, pending: 0 } });
    expect(await newest()).toMatchObject({ action: 'review_campaign.cancel' });
    for (const verb of ['/cancel', '/end']) {
      expect((await owner.post(at(campaign, verb))).problem.code).toBe('invalid_state');
    }
    expect((await campaigns.confirm(owner, campaign, key.id)).problem.code).toBe('invalid_state');
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    expect((await owner.delete(at(campaign))).status).toBe(204);
    expect(await newest()).toMatchObject({
      ...{ action: 'review_campaign.delete', before: { counts: { unconfirmed: 1 } }, after: null },
    });
  });
});

describe('a caller', () => {
  const verbs: readonly [
    string,
    (
      client: Client,
      id: string,
    ) => Promise<{ status: number; problem: { code: string; scopes?: unknown } }>,
  ][] = [
    ['reads', (client, id) => client.get(`${CAMPAIGNS}/${id}`)],
    ['lists keys of', (client, id) => client.get(`${CAMPAIGNS}/${id}/reviews`)],
    ['edits', (client, id) => client.patch(`${CAMPAIGNS}/${id}`, { name: 'Other' })],
    ['ends', (client, id) => client.post(`${CAMPAIGNS}/${id}/end`)],
    ['cancels', (client, id) => client.post(`${CAMPAIGNS}/${id}/cancel`)],
    ['deletes', (client, id) => client.delete(`${CAMPAIGNS}/${id}`)],
  ];
  const NEEDED = ['api_keys.manage_all', 'api_keys.read', 'api_keys.revoke', 'compliance.read'];
  const FOR_READING = ['api_keys.manage_all', 'api_keys.read', 'compliance.read'];
  const keyWith = async (scopes: readonly string[], more = {}) =>
    (await makeKey(campaigns.app, owner, { scopes, ...more })).client;

  it('needs all of the scopes, to start and to each verb', async () => {
    await campaigns.keyOf(owner, 'a');
    const { id } = await campaigns.started();
    for (const lacked of NEEDED) {
      const lesser = await keyWith(NEEDED.filter((each) => each !== lacked));
      expect((await campaigns.start({}, lesser)).problem.scopes, lacked).toEqual([lacked]);
      for (const [verb, call] of verbs) {
        if (!FOR_READING.includes(lacked) && /reads|lists/.test(verb)) continue;
        expect((await call(lesser, id)).problem.scopes, `${verb} without ${lacked}`).toEqual([
          lacked,
        ]);
      }
      if (FOR_READING.includes(lacked)) {
        expect((await lesser.get(CAMPAIGNS)).problem.scopes).toEqual([lacked]);
      }
    }
    expect((await campaigns.start({}, await keyWith(NEEDED))).status).toBe(201);
  });

  it('who is confined, or of another organization, finds none', async () => {
    await campaigns.keyOf(owner, 'a');
    const { id } = await campaigns.started();
    const confined = await keyWith(NEEDED, { workspaceId });
    expect((await campaigns.start({}, confined)).problem.code).toBe('outside_workspace');
    expect((await confined.get(CAMPAIGNS)).problem.code).toBe('outside_workspace');
    for (const client of [confined, stranger]) {
      for (const [, call] of verbs) expect((await call(client, id)).status).toBe(404);
    }
    expect((await campaigns.confirm(stranger, { id }, `key_${'0'.repeat(20)}`)).status).toBe(404);
    expect((await campaigns.ownOf(stranger)).totalCount).toBe(0);
    expect((await campaigns.read({ id })).status).toBe('running');
  });

  it('without api_keys.revoke confirms nothing', async () => {
    const key = await campaigns.keyOf(owner, 'a');
    const campaign = await campaigns.started();
    const reader = await keyWith(['api_keys.read', 'api_keys.manage_all']);
    const { problem } = await campaigns.confirm(reader, campaign, key.id);
    expect(problem.scopes).toEqual(['api_keys.revoke']);
  });
});

it('has room for more than 10,000 keys, read page by page, of which a reviewer counts no more', async () => {
  const count = process.env.LONG ? 100_000 : 10_001;
  await addManyKeys(campaigns.query, workspaceId, count);
  const campaign = await campaigns.started();
  expect(campaign).toMatchObject({ keysCount: count, counts: { pending: count } });
  const address = `${CAMPAIGNS}/${campaign.id}/reviews?limit=100`;
  type Page = { data: { keyId: string }[]; nextCursor: string };
  const first = (await owner.get<Page>(address)).body;
  const second = (await owner.get<Page>(`${address}&cursor=${first.nextCursor}`)).body;
  expect(new Set([...first.data, ...second.data].map(({ keyId }) => keyId)).size).toBe(200);
  expect((await campaigns.ownOf(owner)).totalCount).toBe(10_000);
});
