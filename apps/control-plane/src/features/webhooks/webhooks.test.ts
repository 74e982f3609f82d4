import { readFileSync } from 'node:fs';
import type { WebhookEndpoint, WebhookEndpointWithSecret } from '@tollkeeper/contract';
import { WEBHOOK_ENDPOINTS_MAX } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { type LackingCallers, startLackingCallers } from '../../testing/delivery-world.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';

const PATH = '/v1/webhook-endpoints';
const MIGRATION = new URL('../../db/migrations/0049_changed_webhooks.sql', import.meta.url);
const BODY = {
  name: 'Channel',
  url: 'https://hooks.example/T1/s3cret?a=b',
  eventTypes: ['api_key.*'],
};

let owner: Client;
let query: Query;
let { stranger, viewer, confined, manager } = {} as LackingCallers;
/** Made anew for each test. */
let endpoint: WebhookEndpointWithSecret;

beforeAll(async () => {
  const organization = await startOrganization();
  ({ owner, query } = organization);
  ({ stranger, viewer, confined, manager } = await startLackingCallers(organization));
});

beforeEach(async () => {
  await query('delete from webhook_endpoint');
  endpoint = (await create()).body;
});

const create = (body: object = {}, client = owner) =>
  client.post<WebhookEndpointWithSecret>(PATH, { ...BODY, ...body });
const at = (id = endpoint.id) => `${PATH}/${id}`;
const newest = async () => (await auditEvents(query)).at(-1);

describe('creating an endpoint', () => {
  it('gives its secret once, and stores it encrypted', async () => {
    const { secret = '', ...shown } = endpoint;
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    expect(shown).toMatchObject({
      ...BODY,
      ...{ signature: 'v1', publicKey: null, isOrdered: false, status: 'enabled' },
      ...{ disabledReason: null, failingSince: null, pendingCount: 0, failedCount: 0 },
    });
    expect((await owner.get(at())).body).toEqual(shown);
    expect((await owner.get<{ data: unknown[] }>(PATH)).body.data).toEqual([shown]);
    const [row] = await query<{ secret: Buffer }>('select secret from webhook_endpoint');
    expect(row?.secret.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false);
  });

  it('has an audit event, which shows neither the secret nor the path of the URL', async () => {
    const event = await newest();
    expect(event).toMatchObject({
      action: 'webhook_endpoint.create',
      target: { type: 'webhook_endpoint', id: endpoint.id, name: 'Channel' },
      before: null,
      after: { url: 'https://hooks.example', eventTypes: ['api_key.*'], signature: 'v1' },
    });
    expect(JSON.stringify(event)).not.toMatch(/whsec_|s3cret/);
  });

  it('shows a public key instead of a secret, where Ed25519 signs', async () => {
    const { body } = await create({ signature: 'v1a' });
    expect(body.publicKey).toMatch(/^whpk_.{44}$/);
    expect(body).not.toHaveProperty('secret');
  });

  it('happens once for an Idempotency-Key; the replay has no secret', async () => {
    const again = () =>
      owner.post<WebhookEndpointWithSecret>(PATH, BODY, { 'idempotency-key': 'k1' });
    const { secret, ...shown } = (await again()).body;
    expect(secret).toMatch(/^whsec_/);
    expect((await again()).body).toEqual(shown);
    // As it was kept before endpoints named their creators.
    await query(`update idempotency set answer = answer - array['createdBy', 'createdByKey']`);
    await query(readFileSync(MIGRATION, 'utf8').split('--> statement-breakpoint')[2] ?? '');
    expect((await again()).body).toEqual(shown);
  });

  it.each([
    { url: 'http://hooks.example/' },
    { url: 'https://127.0.0.1/' },
    { url: 'https://0x7f.1/' },
    { url: 'https://localhost/' },
    { url: 'https://a:b@hooks.example/' },
    { url: `https://hooks.example/${'x'.repeat(2048)}` },
    { url: `https://hooks.example/tk_live_${'a'.repeat(38)}` },
    { eventTypes: [] },
    { eventTypes: ['api_key.explode'] },
    { eventTypes: 'api_key.*' },
    { name: '' },
    { signature: 'v2' },
    { isOrdered: 'no' },
  ])('refuses %j', async (body) => {
    const answer = await create(body);
    expect([answer.status, answer.problem.code]).toEqual([422, 'validation_failed']);
  });

  it('ends at a limit of the organization', async () => {
    await query(
      `insert into webhook_endpoint (organization_id, id, name, url, event_types, signature, is_ordered, status,
          secret, after_sequence, member_id, created_at)
        select organization_id, 'whe_' || lpad(number::text, 20, '0'), name, url, event_types, signature,
          is_ordered, status, secret, after_sequence, member_id, created_at
        from webhook_endpoint, generate_series(2, $1) as number`,
      [WEBHOOK_ENDPOINTS_MAX],
    );
    const answer = await create();
    expect([answer.status, answer.problem.code]).toEqual([409, 'invalid_state']);
    expect((await create({}, stranger)).status).toBe(201);
  });
});

describe('a caller', () => {
  const verbs: readonly [
    string,
    (client: Client) => Promise<{ status: number; problem: { code: string } }>,
  ][] = [
    ['lists', (client) => client.get(PATH)],
    ['creates', (client) => create({}, client)],
    ['reads', (client) => client.get(at())],
    ['edits', (client) => client.patch(at(), { name: 'Other' })],
    ['disables', (client) => client.post(`${at()}/disable`)],
    ['enables', (client) => client.post(`${at()}/enable`)],
    ['rotates', (client) => client.post(`${at()}/rotate`)],
    ['tests', (client) => client.post(`${at()}/test`)],
    ['resends', (client) => client.post(`${at()}/resend`, { failedSince: '2020-01-01T00:00:00Z' })],
    ['lists deliveries', (client) => client.get(`${at()}/deliveries`)],
    ['lists attempts', (client) => client.get(`${at()}/attempts`)],
    ['deletes', (client) => client.delete(at())],
  ];

  it.each(verbs)(
    'without the scope, or confined to a workspace, or a stranger, never %s',
    async (verb, call) => {
      const before = await query('select * from webhook_endpoint');
      expect((await call(viewer)).problem.code).toBe('insufficient_scope');
      const isOfAll = verb === 'lists' || verb === 'creates';
      const refusal = isOfAll ? 'outside_workspace' : 'not_found';
      expect((await call(confined)).problem.code).toBe(refusal);
      expect(await query('select * from webhook_endpoint')).toEqual(before);
      if (isOfAll) return;
      expect((await call(stranger)).status).toBe(404);
      expect(await query('select * from webhook_endpoint')).toEqual(before);
      expect((await call(owner)).status).toBeLessThan(300);
    },
  );
});

describe('a caller without audit.read', () => {
  it.each<[string, (client: Client) => Promise<{ status: number; problem: { code: string } }>]>([
    ['creates', (client) => create({}, client)],
    ['sends events elsewhere', (client) => client.patch(at(), { url: 'https://other.example/' })],
    ['sends other events', (client) => client.patch(at(), { eventTypes: ['*'] })],
    ['enables', (client) => client.post(`${at()}/enable`)],
    ['lists deliveries', (client) => client.get(`${at()}/deliveries`)],
    ['lists attempts', (client) => client.get(`${at()}/attempts`)],
  ])('never %s', async (_verb, call) => {
    const before = await query('select * from webhook_endpoint');
    const { problem } = await call(manager);
    expect(problem).toMatchObject({ code: 'insufficient_scope', scopes: ['audit.read'] });
    expect(await query('select * from webhook_endpoint')).toEqual(before);
    expect((await call(owner)).status).toBeLessThan(300);
  });

  it('edits the rest, and sends what the endpoint receives anyway', async () => {
    const { url, eventTypes } = BODY;
    const edit = { name: 'Other', url, eventTypes, isOrdered: true };
    expect((await manager.patch(at(), edit)).status).toBe(200);
    expect((await manager.post(`${at()}/test`)).status).toBe(204);
  });
});

describe('an endpoint', () => {
  it('is edited, with an event, unless somebody else was faster', async () => {
    const eventTypes = ['policy.*', 'api_key.revoke', 'policy.*'];
    const edit = { name: 'Other', eventTypes, isOrdered: true, etag: endpoint.etag };
    const { body } = await owner.patch<WebhookEndpoint>(at(), edit);
    expect(body).toMatchObject({
      ...{ name: 'Other', isOrdered: true, url: BODY.url },
      eventTypes: ['api_key.revoke', 'policy.*'],
    });
    expect(await newest()).toMatchObject({
      ...{
        action: 'webhook_endpoint.update',
        before: { name: 'Channel' },
        after: { name: 'Other' },
      },
    });
    const late = await owner.patch(at(), { name: 'Late', etag: endpoint.etag });
    expect(late.problem.code).toBe('edit_conflict');
    expect((await owner.patch(at(), { url: 'https://10.0.0.1/' })).status).toBe(422);
    expect((await owner.patch(at(), {})).status).toBe(422);
  });

  it('is disabled and enabled, with an event each, once', async () => {
    const count = async () => (await auditEvents(query)).length;
    const set = async (verb: string) => (await owner.post<WebhookEndpoint>(`${at()}/${verb}`)).body;
    expect(await set('disable')).toMatchObject({
      status: 'disabled',
      disabledReason: 'by_request',
    });
    expect(await newest()).toMatchObject({
      ...{ action: 'webhook_endpoint.disable', after: { status: 'disabled' } },
    });
    const before = await count();
    await set('disable');
    expect(await count()).toBe(before);
    for (const [verb, body] of [
      ['test', undefined],
      ['resend', { failedSince: '2020-01-01T00:00:00Z' }],
    ] as const) {
      expect((await owner.post(`${at()}/${verb}`, body)).problem.code).toBe('invalid_state');
    }
    expect(await set('enable')).toMatchObject({ status: 'enabled', disabledReason: null });
    expect(await newest()).toMatchObject({ action: 'webhook_endpoint.enable' });
  });

  it('gets another secret; the one before stays for a day', async () => {
    const { body } = await owner.post<WebhookEndpointWithSecret>(`${at()}/rotate`);
    expect(body.secret).toMatch(/^whsec_/);
    expect(body.secret).not.toBe(endpoint.secret);
    const { secretRotatedAt, previousSecretUntil } = body;
    expect(Date.parse(previousSecretUntil ?? '') - Date.parse(secretRotatedAt ?? '')).toBe(
      86_400_000,
    );
    const event = await newest();
    expect(event).toMatchObject({
      ...{
        action: 'webhook_endpoint.rotate_secret',
        after: { secretRotatedAt, previousSecretUntil },
      },
    });
    expect(JSON.stringify(event)).not.toContain('whsec_');
  });

  it('is deleted, with an event', async () => {
    expect((await owner.delete(at())).status).toBe(204);
    expect(await newest()).toMatchObject({ action: 'webhook_endpoint.delete', after: null });
    expect((await owner.get(at())).status).toBe(404);
  });

  it.each([
    {},
    { eventId: 'evt_00000000000000000000', failedSince: '2020-01-01T00:00:00Z' },
    { failedSince: 'x' },
  ])('resends nothing for %j', async (body) => {
    expect((await owner.post(`${at()}/resend`, body)).status).toBe(422);
    const unknown = { eventId: 'evt_00000000000000000000' };
    expect((await owner.post(`${at()}/resend`, unknown)).status).toBe(404);
  });
});
