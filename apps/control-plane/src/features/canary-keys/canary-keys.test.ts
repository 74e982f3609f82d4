import type { ApiKeyDetail, ApiKeyWithSecret } from '@tollkeeper/contract';
import { createSecret } from '@tollkeeper/verify';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer, Client } from '../../testing/client.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { choosePlan } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startRealGateway } from '../../testing/real-gateway.ts';
import { defaultWorkspace, startOrganization } from '../../testing/start-organization.ts';
import { type TestApp, withKey } from '../../testing/test-app.ts';
import { recordCanaryUses } from './record-canary-uses.ts';

const UNKNOWN = createSecret('tk_live_', (count) => new Uint8Array(count).fill(9));
const BODY = { name: 'wiki-backup', profile: 'custom', scopes: ['members.read'], canary: true };
const AGENT = { 'user-agent': 'curl/8.5.0' };

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;
let key: ApiKeyWithSecret & { readonly secret: string };

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  await choosePlan(app, 'enterprise');
  stranger = await startOtherOrganization(app, owner, query);
});

beforeEach(async () => {
  const { body } = await owner.post<ApiKeyWithSecret>('/v1/api-keys', BODY);
  key = { ...body, secret: body.secret ?? '' };
});

const use = (secret = key.secret, headers: Record<string, string> = AGENT) =>
  withKey(app, secret).raw<Record<string, unknown>>('GET', '/v1/whoami', undefined, headers);
const verify = (client: Client, more: object = {}) =>
  client.post('/v1/api-keys/verify', { key: key.secret, ...more });
const read = async () => (await owner.get<ApiKeyDetail>(`/v1/api-keys/${key.id}`)).body;

/** Alarms of the key, after all that was counted is recorded. */
async function alarms() {
  await app.services.canaries.flush();
  const events = await auditEvents(query);
  return events.filter(
    ({ action, target }) => action === 'api_key.use_canary' && target.id === key.id,
  );
}

/** As if the last event of the key had been recorded an hour ago. */
async function anHourLater(): Promise<void> {
  await query(`update canary_use set last_at = last_at - interval '1 hour' where count = 0`);
  await recordCanaryUses(app.services);
}

const shape = ({ status, body, headers }: Answer<Record<string, unknown>>) => ({
  status,
  body: { ...body, requestId: undefined },
  headers: [...headers].map(([name]) => name).toSorted(),
});

describe('a canary key', () => {
  it('is created like any other, shown as what it is, and recorded as that', async () => {
    expect(key).toMatchObject({ canary: true, status: 'active', lastUsedAt: null });
    expect(await read()).toMatchObject({ decision: 'invalid_key', scopesInForce: [] });
    expect((await auditEvents(query)).at(-1)?.after).toMatchObject({ canary: true });
    const edited = await owner.patch(`/v1/api-keys/${key.id}`, { canary: false });
    expect(edited.status).toBe(422);
  });

  it('is answered exactly like a key that does not exist, and counts as no call', async () => {
    expect(shape(await use())).toEqual(shape(await use(UNKNOWN)));
    const unknown = await owner.post('/v1/api-keys/verify', { key: UNKNOWN });
    expect((await verify(owner)).body).toEqual(unknown.body);
    expect(await query('select from key_usage where key_id = $1', [key.id])).toEqual([]);
  });

  it('raises an alarm with address and user agent, in the log of its organization', async () => {
    await use();
    const [alarm, ...others] = await alarms();
    expect(others).toEqual([]);
    const caller = { ip: '127.0.0.1', userAgent: 'curl/8.5.0' };
    const written = `select ip, user_agent as "userAgent" from audit_event
      where action = 'api_key.use_canary' and target ->> 'id' = $1`;
    expect(await query(written, [key.id])).toEqual([caller]);
    expect(alarm).toMatchObject({
      actor: { type: 'system', job: 'record-canary-uses' },
      target: { type: 'api_key', id: key.id, name: 'wiki-backup' },
      after: { count: 1, furtherCallers: 0, callers: [{ place: 'api', ...caller, count: 1 }] },
    });
    expect((await read()).lastUsedAt).toBe(alarm?.after?.lastAt);
  });

  it.each([
    ['GET', '/v1/users', 404],
    ['POST', '/v1/whoami', 405],
    ['GET', '/admin', 404],
  ] as const)('raises an alarm where nothing is: %s %s', async (method, path, status) => {
    const ask = (secret: string) =>
      withKey(app, secret).raw<Record<string, unknown>>(method, path, undefined);
    const answer = await ask(key.secret);
    expect(answer.status).toBe(status);
    expect(shape(answer)).toEqual(shape(await ask(UNKNOWN)));
    expect(await alarms()).toMatchObject([{ after: { count: 1, callers: [{ place: 'api' }] } }]);
  });

  it('raises an alarm when another organization verifies it, and says nothing of them', async () => {
    const asked = await verify(stranger, { ip: '192.0.2.9' });
    expect(asked.body).toMatchObject({ code: 'invalid_key', keyId: null });
    const [alarm] = await alarms();
    const caller = { place: 'verify', ip: '192.0.2.9', userAgent: null };
    expect(alarm?.after).toMatchObject({ callers: [caller] });
  });

  it('keeps no key that the user agent of a verified request contains', async () => {
    const workspaceId = await defaultWorkspace(owner);
    const request = { method: 'GET', path: '/', headers: { 'user-agent': `x ${key.secret}` } };
    await verify(owner, { ip: '192.0.2.9', workspaceId, request });
    const [alarm] = await alarms();
    expect(alarm?.after).toMatchObject({ callers: [{ userAgent: `x ${key.prefix}?` }] });
    expect(JSON.stringify(alarm)).not.toContain(key.secret);
  });

  it('sums a storm of uses into one event at once, and one for the rest later', async () => {
    await use();
    expect(await alarms()).toHaveLength(1);
    for (let at = 0; at < 12; at += 1) await use(key.secret, { 'user-agent': `agent-${at}` });
    expect(await alarms()).toHaveLength(1);
    await anHourLater();
    const [, later] = await alarms();
    expect(later?.after).toMatchObject({ count: 12, furtherCallers: 2 });
    expect(later?.after?.callers).toHaveLength(10);
  });

  it.each(['disable', 'revoke'])('raises no alarm after %s, and stays unknown', async (verb) => {
    await owner.post(`/v1/api-keys/${key.id}/${verb}`, verb === 'revoke' ? {} : undefined);
    expect(shape(await use())).toEqual(shape(await use(UNKNOWN)));
    expect(await alarms()).toEqual([]);
  });

  it('raises an alarm by its new secret and, while its grace runs, by the one before', async () => {
    const { body } = await owner.post<ApiKeyWithSecret>(`/v1/api-keys/${key.id}/rotate`, {
      graceSeconds: 600,
    });
    await use();
    await use(body.secret);
    expect((await alarms())[0]?.after).toMatchObject({ count: 2 });
  });

  it('is unknown at a gateway, which reports the use', async () => {
    const workspaceId = await defaultWorkspace(owner);
    const { fleet } = await startRealGateway(app, owner, workspaceId);
    const keys = fleet.keys();
    expect(typeof keys).toBe('object');
    fleet.countCanary(key.id, { ip: '192.0.2.1', userAgent: 'curl/8' }, Date.now());
    await vi.waitFor(async () => expect(await alarms()).toHaveLength(1));
    const [alarm] = await alarms();
    const place = { place: 'gateway', gatewayId: fleet.status().gatewayId, gateway: 'edge' };
    expect(alarm?.after).toMatchObject({ callers: [{ ...place, ip: '192.0.2.1', count: 1 }] });
  });
});
