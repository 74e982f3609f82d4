import type { Notification, NotificationPreferences } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEvents } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { connectGateway, joinFleet, versionOf } from '../../testing/fleet.ts';
import { makeKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  type Person,
} from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { deriveNotifications } from './derive-notifications.ts';
import { findGatewayFindings } from './find-gateway-findings.ts';
import { findingsOf, findKeyFindings } from './find-key-findings.ts';
import { nextDigest } from './store-notifications.ts';

const PATH = '/v1/notifications';
const DAY_MS = 86_400_000;
const CALLS = { profile: 'custom', scopes: ['apis.call'] };

let app: TestApp;
let owner: Client;
let dev: Person;
let organizationId: string;
let workspaceId: string;
let query: Query;
let now: Date;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  ({ organizationId, workspaceId } = await claimedOrganization(app));
  dev = await addMember(app, organizationId, 'developer');
});

beforeEach(async () => {
  now = new Date();
  await deriveNotifications(app.services);
  await query('delete from notification');
  await query('delete from notification_preference');
});

const services = () => ({ ...app.services, clock: () => now });
const derive = () => deriveNotifications(services());
const bell = async (client = dev.client, search = '') =>
  (await client.get<{ data: Notification[]; unreadCount: number }>(`${PATH}${search}`)).body;
const texts = async (client = dev.client) => (await bell(client)).data.map(({ text }) => text);

/** A key of the developer that the owner revokes. */
async function revokeTheirs(name = 'ci'): Promise<string> {
  const { id } = await makeKey(app, dev.client, { name, profile: 'custom', scopes: ['apis.call'] });
  await owner.post(`/v1/api-keys/${id}/revoke`, { reason: 'left the team' });
  return id;
}

describe('a happening', () => {
  it('is stored once, however many processes derive, and only for those whom it concerns', async () => {
    const id = await revokeTheirs();
    await Promise.all([derive(), derive(), derive()]);
    await derive();
    const [revoked] = (await bell()).data;
    expect(await bell()).toMatchObject({ data: [{ path: `/api-keys/${id}` }], unreadCount: 1 });
    expect(revoked).toMatchObject({
      kind: 'api_key_changed',
      isSecurity: true,
      text: 'Ada Owner revoked your API key "ci". The reason given: left the team',
      subject: { type: 'api_key', id, name: 'ci' },
    });
    expect(await texts(owner)).toEqual([]);
  });

  it('is stored whole or not at all, and once in the end, when a process fails in between', async () => {
    await revokeTheirs();
    await query('alter table notification_recipient add constraint broken check (false) not valid');
    await derive();
    expect(await query('select 1 from notification')).toEqual([]);
    await query('alter table notification_recipient drop constraint broken');
    for (let n = 0; n < 2; n += 1) await derive();
    expect(await texts()).toHaveLength(1);
  });

  it('is a gateway that is gone, reported once until it was connected again', async () => {
    await joinFleet(app, owner, workspaceId);
    await derive();
    await query('delete from notification');
    const gone = async () => {
      for (let n = 0; n < 2; n += 1) await findGatewayFindings(services());
      return (await texts(owner)).filter((text) => text.includes('is not connected')).length;
    };
    await query(`update gateway set last_seen_at = now() - interval '4 minutes'`);
    expect(await gone()).toBe(0);
    await query(`update gateway set last_seen_at = now() - interval '6 minutes'`);
    expect(await gone()).toBe(1);
    await query(`update gateway set last_seen_at = now() - interval '5 minutes 30 seconds'`);
    expect(await gone()).toBe(2);
    await owner.post(`${PATH}/read`, { upToId: (await bell(owner)).data[0]?.id });
    expect([(await bell(owner)).unreadCount, (await bell()).unreadCount]).toEqual([0, 2]);
  });

  it('is a gateway that is connected and behind, reported once for each version', async () => {
    const { gateway } = await joinFleet(app, owner, workspaceId);
    await connectGateway(query, gateway.gatewayId);
    const version = await versionOf(query, workspaceId);
    const behind = async (minutes: number, applied: number) => {
      await query(
        `update workspace_change set at = now() - make_interval(mins => $1) where workspace_id = $2`,
        [minutes, workspaceId],
      );
      await query('update gateway set applied_version = $1', [applied]);
      for (let n = 0; n < 2; n += 1) await findGatewayFindings(services());
      return (await texts(owner)).filter((text) => text.includes('has not applied')).length;
    };
    expect(await behind(4, version - 2)).toBe(0);
    expect(await behind(6, version)).toBe(0);
    expect(await behind(6, version - 2)).toBe(1);
    expect(await behind(6, version - 1)).toBe(2);
  });

  it('is a review campaign, for those who are to decide about keys', async () => {
    await makeKey(app, dev.client, { name: 'ci', profile: 'custom', scopes: ['apis.call'] });
    const auditor = await addMember(app, organizationId, 'viewer');
    const body = { name: 'Q4', endsAt: new Date(now.getTime() + DAY_MS).toISOString() };
    const { id } = (await owner.post<{ id: string }>('/v1/compliance/campaigns', body)).body;
    await derive();
    expect(await texts()).toEqual([expect.stringContaining('The review campaign "Q4" has begun.')]);
    expect((await bell()).data).toMatchObject([{ path: '/compliance/reviews' }]);
    expect(await texts(auditor.client)).toEqual([]);
    await owner.post(`/v1/compliance/campaigns/${id}/cancel`);
  });

  it('is not what the owner of the key did themselves', async () => {
    const { id } = await makeKey(app, dev.client, { scopes: ['apis.call'], profile: 'custom' });
    await dev.client.post(`/v1/api-keys/${id}/revoke`, {});
    await derive();
    expect(await texts()).toEqual([]);
  });

  it('is shown no longer to a member whose role does not show it', async () => {
    await revokeTheirs();
    await derive();
    // None of those who could not see it.
    expect(await query('select from notification_recipient')).toHaveLength(1);
    await owner.patch(`/v1/members/${dev.memberId}`, { roleId: 'role_billing' });
    expect(await bell()).toMatchObject({ data: [], unreadCount: 0 });
    await owner.patch(`/v1/members/${dev.memberId}`, { roleId: 'role_developer' });
    expect((await bell()).unreadCount).toBe(1);
  });

  it('of a storm is one summary, which later ones are added to', async () => {
    for (let n = 0; n < 7; n += 1) await revokeTheirs(`k${n}`);
    await derive();
    expect(await texts()).toEqual(['7 of your API keys were revoked, such as "k0".']);
    await dev.client.post(`${PATH}/read`, { upToId: (await bell()).data[0]?.id });
    await revokeTheirs('late');
    await derive();
    expect(await bell()).toMatchObject({ data: [{ count: 8 }], unreadCount: 1 });
  });

  it('of a storm concerns those too who began it, once others go on', async () => {
    const { client } = await addMember(app, organizationId, 'admin');
    for (const plan of ['pro', 'developer', 'pro', 'developer', 'pro', 'developer']) {
      await owner.post('/v1/billing/plan', { plan });
    }
    await derive();
    expect(await texts(owner)).toEqual([]);
    await client.post('/v1/billing/plan', { plan: 'pro' });
    await derive();
    expect(await texts(owner)).toEqual(['Another plan was requested 7 times.']);
  });

  it('of another organization is seen by nobody, and read by nobody', async () => {
    const stranger = (await addOrganization(app, 'Other')).owner.client;
    await revokeTheirs();
    await derive();
    const [theirs] = (await bell()).data;
    expect((await bell(stranger)).data).toEqual([]);
    for (const body of [{ ids: [theirs?.id] }, { upToId: theirs?.id }]) {
      expect((await stranger.post(`${PATH}/read`, body)).status).toBe(404);
      expect((await owner.post(`${PATH}/read`, body)).status).toBe(404);
    }
    expect((await bell()).unreadCount).toBe(1);
  });
});

describe('what no event records', () => {
  it('is found once for each time: a key that expires in 14, 3 and 1 days', async () => {
    const expiresAt = new Date(now.getTime() + 15 * DAY_MS).toISOString();
    await makeKey(app, dev.client, { ...CALLS, name: 'ci', expiresAt });
    await makeKey(app, dev.client, {
      ...{ ...CALLS, name: 'short' },
      expiresAt: new Date(now.getTime() + DAY_MS / 2).toISOString(),
    });
    for (const days of [0, 2, 0, 1, 9, 0.1, 2]) {
      now = new Date(now.getTime() + days * DAY_MS);
      await Promise.all([findKeyFindings(services()), findKeyFindings(services())]);
    }
    const expiring = (await bell()).data.filter(({ kind }) => kind === 'api_key_expiring');
    expect(expiring.map(({ text }) => /within (?:a day|\d+ days)/.exec(text)?.[0])).toEqual([
      'within a day',
      'within 3 days',
      'within 15 days',
    ]);
  });

  it('is mailed before a key expires, at whatever hour', () => {
    for (let n = 0; n < 24 * 24; n += 1) {
      const expiresAt = new Date(Date.UTC(2027, 0, 30, n % 24, 30));
      const key = { id: 'key_1', expiresAt, createdAt: new Date(Date.UTC(2027, 0, 1)) };
      const mailedAt = new Map<string, Date>();
      for (let at = Date.UTC(2027, 0, 10, 3, 23); at < expiresAt.getTime(); at += DAY_MS) {
        for (const { finding } of findingsOf(
          key as Parameters<typeof findingsOf>[0],
          null,
          new Date(at),
        )) {
          const mail = nextDigest(new Date(at), Math.floor(n / 24));
          mailedAt.set(finding, mailedAt.get(finding) ?? mail);
        }
      }
      expect(mailedAt.size).toBe(3);
      expect([...mailedAt.values()].every((at) => at < expiresAt)).toBe(true);
    }
  });

  it('is a key that was not used for 30 days, once until it is used', async () => {
    const key = await makeKey(app, dev.client, { ...CALLS, name: 'idle' });
    const unused = async () =>
      (await texts()).filter((text) => text.startsWith('Your API key "idle" has not')).length;
    now = new Date(now.getTime() + 31 * DAY_MS);
    for (let n = 0; n < 2; n += 1) await findKeyFindings(services());
    expect(await unused()).toBe(1);
    await query('update api_key set last_used_at = $2 where id = $1', [key.id, now]);
    now = new Date(now.getTime() + 31 * DAY_MS);
    await findKeyFindings(services());
    expect(await unused()).toBe(2);
  });
});

describe('preferences', () => {
  const preferences = `${PATH}/preferences`;

  it('are of each member whatever their role, recorded, and decide where they are notified', async () => {
    await owner.patch(`${PATH}/defaults`, { channels: { gateway_joined: 'none' } });
    const body = { channels: { api_key_changed: 'none' } };
    const saved = await dev.client.patch<NotificationPreferences>(preferences, body);
    const chosen = new Map(saved.body.kinds.map((each) => [each.kind, each]));
    expect(chosen.get('api_key_changed')).toMatchObject({ channel: 'none', isDefault: false });
    expect(chosen.get('gateway_joined')).toMatchObject({ channel: 'none', isDefault: true });
    expect(chosen.has('plan_change')).toBe(false);
    expect((await auditEvents(app, organizationId)).at(-1)).toMatchObject({
      ...{ action: 'notification.update_preferences', target: { id: dev.memberId } },
      after: body,
    });
    await revokeTheirs();
    await derive();
    expect(await texts()).toEqual([]);
    await dev.client.patch(preferences, { channels: { api_key_changed: null } });
    await revokeTheirs();
    await derive();
    expect(await texts()).toHaveLength(1);
  });

  it('are refused for what is no kind or channel, and a key has none', async () => {
    for (const channels of [{ nothing: 'bell' }, { audit_alarm: 'pigeon' }]) {
      expect((await dev.client.patch(preferences, { channels })).status).toBe(422);
    }
    const { problem } = await dev.client.patch(preferences, { channels: { audit_alarm: 'sms' } });
    expect(problem.detail).toContain('must be one of bell, mail, both, none, null.');
    const { client } = await makeKey(app, owner);
    for (const path of [PATH, preferences]) expect((await client.get(path)).status).toBe(403);
  });

  it('of the organization need their scopes', async () => {
    const defaults = `${PATH}/defaults`;
    const viewer = await addMember(app, organizationId, 'viewer');
    expect((await viewer.client.get(defaults)).status).toBe(200);
    expect((await viewer.client.patch(defaults, { digestHour: 9 })).status).toBe(403);
    expect((await dev.client.get(defaults)).status).toBe(403);
    const custom = { profile: 'custom', scopes: ['notifications.read', 'notifications.manage'] };
    const { client } = await makeKey(app, owner, { ...custom, workspaceId });
    for (const refused of [
      await client.get(defaults),
      await client.patch(defaults, { digestHour: 8 }),
    ]) {
      expect(refused.problem.code).toBe('outside_workspace');
    }
    expect((await owner.patch(defaults, { digestHour: 24 })).status).toBe(422);
    expect((await owner.patch(defaults, { digestHour: 9 })).body).toMatchObject({ digestHour: 9 });
    expect((await auditEvents(app, organizationId)).at(-1)).toMatchObject({
      action: 'notification.update_defaults',
    });
  });
});
