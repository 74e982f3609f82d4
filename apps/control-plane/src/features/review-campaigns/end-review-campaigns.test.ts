import type { Notification, ReviewCampaign } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Joined, join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { auditEvents } from '../../testing/query-database.ts';
import { startTestApp } from '../../testing/test-app.ts';
import { deriveNotifications } from '../notifications/index.ts';
import { CAMPAIGNS, type Campaigns, DAY_MS, startCampaigns } from './campaigns.fixture.ts';
import { endReviewCampaigns, isReminderDue } from './end-review-campaigns.ts';
import { findPendingReviewers } from './reviewers.ts';

let campaigns: Campaigns;
let developer: Joined;

beforeAll(async () => {
  campaigns = await startCampaigns();
  developer = await join(campaigns.app, campaigns.owner, 'Dev', 'role_developer');
});

beforeEach(async () => {
  await campaigns.query('delete from review_campaign');
  await campaigns.query('delete from api_key');
});

const run = () => endReviewCampaigns(campaigns.app.services);
const eventsOf = async (...actions: string[]) =>
  (await auditEvents(campaigns.query)).filter(({ action }) => actions.includes(action));

describe('at its date, a campaign', () => {
  it('disables what nobody confirmed, once, with an event for each', async () => {
    const { keyOf, started, confirm, pass, read, reviewsOf, owner } = campaigns;
    const [kept, left, gone] = [
      await keyOf(owner, 'kept'),
      await keyOf(developer.client, 'left'),
      await keyOf(owner, 'gone'),
    ];
    const campaign = await started({ disablesUnconfirmed: true });
    await confirm(owner, campaign, kept.id);
    await owner.post(`/v1/api-keys/${gone.id}/revoke`, {});
    await pass(9.99);
    expect(await run()).toMatchObject({ ended: 0, disabled: 0 });
    await pass(0.02);
    expect((await confirm(developer.client, campaign, left.id)).problem.code).toBe('invalid_state');
    const before = (await eventsOf('api_key.disable')).length;
    expect(await run()).toMatchObject({ ended: 1, disabled: 1 });
    expect(await run()).toEqual({ ended: 0, disabled: 0, reminded: 0 });
    const disabled = (await eventsOf('api_key.disable')).slice(before);
    expect(disabled).toMatchObject([
      {
        actor: { type: 'system', job: 'end-review-campaigns' },
        target: { id: left.id, name: 'left' },
        after: { status: 'disabled', campaignId: campaign.id, campaignName: 'Review' },
      },
    ]);
    expect((await left.client.get('/v1/whoami')).problem.code).toBe('disabled');
    expect((await kept.client.get('/v1/whoami')).status).toBe(200);
    expect(await read(campaign)).toMatchObject({
      status: 'ended',
      counts: { pending: 0, confirmed: 1, revoked: 1, disabled: 1 },
    });
    expect((await reviewsOf(campaign)).map(({ reviewer }) => reviewer)).toEqual([null, null, null]);
    const ends = await eventsOf('review_campaign.end', 'review_campaign.complete');
    expect(ends.slice(-2)).toMatchObject([
      { action: 'review_campaign.end', after: { counts: { pending: 1 } } },
      { action: 'review_campaign.complete', after: { counts: { disabled: 1 } } },
    ]);
  });

  it('leaves the owner of a key no way to enable it, not by disabling it first', async () => {
    const { keyOf, started, pass, owner } = campaigns;
    const [first, second] = [
      await keyOf(developer.client, 'first'),
      await keyOf(developer.client, 'second'),
    ];
    await started({ disablesUnconfirmed: true });
    // Before the end, so as to enable it after the end.
    await developer.client.post(`/v1/api-keys/${first.id}/disable`);
    await pass(11);
    expect(await run()).toMatchObject({ disabled: 2 });
    for (const { id } of [first, second]) {
      const refused = await developer.client.post(`/v1/api-keys/${id}/enable`);
      expect([refused.status, refused.problem.scopes]).toEqual([403, ['api_keys.manage_all']]);
      expect((await owner.post(`/v1/api-keys/${id}/enable`)).status).toBe(200);
    }
  });

  it('disables nothing unless the organization chose so', async () => {
    const { keyOf, started, pass, read, owner } = campaigns;
    const key = await keyOf(owner, 'a');
    const campaign = await started();
    await pass(11);
    expect(await run()).toMatchObject({ ended: 1, disabled: 0 });
    expect((await key.client.get('/v1/whoami')).status).toBe(200);
    expect((await read(campaign)).counts).toMatchObject({ unconfirmed: 1, pending: 0 });
    // What happens to the key later is no outcome of the campaign.
    await owner.post(`/v1/api-keys/${key.id}/revoke`, {});
    expect((await read(campaign)).counts).toMatchObject({ unconfirmed: 1, revoked: 0 });
  });
});

it('ends sooner when somebody asks for it', async () => {
  const { keyOf, started, read, owner } = campaigns;
  await keyOf(owner, 'a');
  const campaign = await started({ disablesUnconfirmed: true });
  const ended = await owner.post<{ status: string }>(`${CAMPAIGNS}/${campaign.id}/end`);
  expect([ended.status, ended.body.status]).toEqual([200, 'ending']);
  expect((await eventsOf('review_campaign.end')).at(-1)).toMatchObject({
    actor: { type: 'member' },
    after: { counts: { pending: 1 } },
  });
  expect(await run()).toMatchObject({ ended: 1, disabled: 1 });
  expect((await read(campaign)).status).toBe('ended');
});

it('ends with the key that led to it, where that is revoked with what it created, and disables nothing', async () => {
  const { keyOf, start, started, read, owner, app } = campaigns;
  const key = await keyOf(owner, 'a');
  const stolen = await makeKey(app, owner, { profile: 'organization' });
  const child = await makeKey(app, stolen.client, { profile: 'organization' });
  const thief = await join(app, stolen.client, 'Thief', 'role_admin');
  const kept = await started({ disablesUnconfirmed: true });
  const theirs: ReviewCampaign[] = [];
  for (const client of [child.client, thief.client]) {
    theirs.push((await start({ disablesUnconfirmed: true }, client)).body);
  }
  // First by itself, as somebody does who learns later what it led to.
  await owner.post(`/v1/api-keys/${stolen.id}/revoke`, {});
  const counts = await owner.get(`/v1/api-keys/${stolen.id}/created`);
  expect(counts.body).toMatchObject({ keysCount: 1, membersCount: 1, reviewCampaignsCount: 2 });
  const lesser = await makeKey(app, owner, { scopes: ['api_keys.read', 'api_keys.revoke'] });
  const seen = await lesser.client.get(`/v1/api-keys/${stolen.id}/created`);
  expect(seen.body).toMatchObject({ keysCount: 1, reviewCampaignsCount: 0 });
  await owner.post(`/v1/api-keys/${stolen.id}/revoke`, { cascade: true });
  const ends = (await eventsOf('review_campaign.end')).slice(-2);
  expect(ends.map(({ target }) => target.id).toSorted()).toEqual(
    theirs.map(({ id }) => id).toSorted(),
  );
  expect(ends).toMatchObject(
    theirs.map(() => ({
      before: { status: 'running', disablesUnconfirmed: true },
      after: { status: 'ending', disablesUnconfirmed: false, cause: { id: stolen.id } },
    })),
  );
  expect(await run()).toMatchObject({ ended: 2, disabled: 0 });
  expect((await key.client.get('/v1/whoami')).status).toBe(200);
  for (const each of theirs) expect((await read(each)).counts).toMatchObject({ disabled: 0 });
  expect((await read(kept)).status).toBe('running');
});

it('can be cancelled until the job has gone through its keys', async () => {
  const { keyOf, started, owner } = campaigns;
  const key = await keyOf(owner, 'a');
  const campaign = await started({ disablesUnconfirmed: true });
  await owner.post(`${CAMPAIGNS}/${campaign.id}/end`);
  expect((await owner.post(`${CAMPAIGNS}/${campaign.id}/cancel`)).status).toBe(200);
  expect(await run()).toEqual({ ended: 0, disabled: 0, reminded: 0 });
  expect((await key.client.get('/v1/whoami')).status).toBe(200);
});

it('disables each key once, though several processes end it and one was stopped in between', async () => {
  const { keyOf, started, pass, query, owner } = campaigns;
  const keys = [];
  for (let n = 0; n < 5; n++) keys.push(await keyOf(owner, `key ${n}`));
  const campaign = await started({ disablesUnconfirmed: true });
  await pass(11);
  const before = (await eventsOf('api_key.disable')).length;
  // As a process leaves it that was killed after the transaction that began the end.
  await query(`update review_campaign set status = 'ending' where id = $1`, [campaign.id]);
  const { app, clock } = campaigns;
  const other = await startTestApp({ database: app.database, clock });
  const all = await Promise.all([run(), endReviewCampaigns(other.services), run()]);
  expect(all.reduce((sum, { disabled }) => sum + disabled, 0)).toBe(5);
  expect(all.reduce((sum, { ended }) => sum + ended, 0)).toBe(1);
  const disabled = (await eventsOf('api_key.disable')).slice(before);
  expect(disabled.map(({ target }) => (target as { id: string }).id).toSorted()).toEqual(
    keys.map(({ id }) => id).toSorted(),
  );
});

describe('reminders', () => {
  it('concern those who have keys to review, each with their number', async () => {
    const { keyOf, started, confirm, app, query, owner } = campaigns;
    const done = await keyOf(owner, 'done');
    for (const name of ['one', 'two']) await keyOf(developer.client, name);
    const campaign = await started();
    await confirm(owner, campaign, done.id);
    const { memberId, organizationId } = developer;
    const pending = () => findPendingReviewers(app.services.db, organizationId, campaign.id);
    expect(await pending()).toEqual([{ memberId, count: 2 }]);
    const set = (status: string) =>
      query('update member set status = $1 where id = $2', [status, memberId]);
    await set('suspended');
    expect(await pending()).toEqual([{ memberId: campaign.reviewer.memberId, count: 2 }]);
    await set('active');
  });

  it('are events a week and a day before the end, while keys are left', async () => {
    const { keyOf, started, confirm, pass, owner } = campaigns;
    const key = await keyOf(owner, 'a');
    const campaign = await started();
    const reminders = () => eventsOf('review_campaign.remind');
    const before = (await reminders()).length;
    await run();
    await pass(3.5);
    await run();
    await run();
    expect((await reminders()).slice(before)).toMatchObject([
      { target: { id: campaign.id }, after: { pending: 1, disablesUnconfirmed: false } },
    ]);
    await confirm(owner, campaign, key.id);
    await pass(6);
    await run();
    expect(await reminders()).toHaveLength(before + 1);
  });

  it('and beginnings of many name no campaign to reviewers of another', async () => {
    const { keyOf, start, owner, app } = campaigns;
    await keyOf(owner, 'mine');
    for (let at = 0; at < 8; at += 1) {
      if (at === 7) await keyOf(developer.client, 'theirs');
      const { body } = await start({ name: `Secret ${at}` });
      await deriveNotifications(app.services);
      await owner.post(`${CAMPAIGNS}/${body.id}/cancel`);
    }
    const bell = await developer.client.get<{ data: Notification[] }>('/v1/notifications');
    const due = bell.body.data.filter(({ kind }) => kind === 'key_review_due');
    expect(due).toMatchObject([{ text: expect.stringMatching(/^\d review campaigns have begun/) }]);
    expect(JSON.stringify(due)).not.toContain('Secret');
  });

  const now = new Date('2026-12-10T00:00:00Z');
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);
  it.each([
    [
      'more than a week before',
      { createdAt: inDays(-1), endsAt: inDays(8), remindedAt: null },
      false,
    ],
    ['within a week', { createdAt: inDays(-2), endsAt: inDays(6), remindedAt: null }, true],
    [
      'again in that week',
      { createdAt: inDays(-9), endsAt: inDays(5), remindedAt: inDays(-1) },
      false,
    ],
    [
      'on the last day',
      { createdAt: inDays(-9), endsAt: inDays(0.5), remindedAt: inDays(-4) },
      true,
    ],
    [
      'of a campaign of some days',
      { createdAt: inDays(-0.1), endsAt: inDays(4), remindedAt: null },
      false,
    ],
    ['after the end', { createdAt: inDays(-9), endsAt: inDays(-0.1), remindedAt: null }, false],
  ])('%s: due or not', (_when, campaign, isDue) => {
    expect(isReminderDue(campaign, now)).toBe(isDue);
  });
});
