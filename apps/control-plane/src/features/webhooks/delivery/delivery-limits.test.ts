/** What one organization, or one endpoint, can take of the server. */
import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpointWithSecret,
} from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../../testing/client.ts';
import { startDeliveryWorld } from '../../../testing/delivery-world.ts';
import { startOtherOrganization } from '../../../testing/other-organization.ts';
import type { Query } from '../../../testing/query-database.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import { answerWith, type WebhookReceiver } from '../../../testing/webhook-receiver.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { deleteOrphanDeliveries } from './delete-orphan-deliveries.ts';
import { deliverDue } from './deliver-webhooks.ts';
import { fanOutEvents } from './fan-out-events.ts';

const PATH = '/v1/webhook-endpoints';

let app: TestApp;
let owner: Client;
let stranger: Client;
let query: Query;
let receiver: WebhookReceiver;
let endpoint: WebhookEndpointWithSecret;

beforeAll(async () => {
  ({ app, owner, query, receiver } = await startDeliveryWorld());
  stranger = await startOtherOrganization(app, owner, query);
});

beforeEach(async () => {
  await query('delete from webhook_endpoint');
  endpoint = await create();
});

const create = async (client = owner, eventTypes = ['webhook_endpoint.test']) =>
  (
    await client.post<WebhookEndpointWithSecret>(PATH, {
      ...{ name: 'Hooks', url: receiver.url, eventTypes },
    })
  ).body;
const at = ({ id } = endpoint) => `${PATH}/${id}`;
const act = async (client = owner, of = endpoint) => {
  expect((await client.post(`${at(of)}/test`)).status).toBe(204);
};
const deliveries = async () =>
  (await owner.get<{ data: WebhookDelivery[] }>(`${at()}/deliveries`)).body.data;
const attempts = async () =>
  (await owner.get<{ data: WebhookAttempt[] }>(`${at()}/attempts`)).body.data;

it('an organization whose many endpoints hang leaves places to another', async () => {
  const theirs = await create(stranger);
  const copies = `insert into webhook_endpoint (organization_id, id, name, url, event_types, signature, is_ordered,
      status, secret, after_sequence, member_id, created_at)
    select organization_id, 'whe_' || lpad(number::text, 20, '0'), name, url, event_types, signature,
      is_ordered, status, secret, after_sequence, member_id, created_at
    from webhook_endpoint, generate_series(1, 9) as number where id = $1`;
  await query(copies, [endpoint.id]);
  for (let n = 0; n < 10; n += 1) await act();
  await act(stranger, theirs);
  await fanOutEvents(app.services);
  const underWay = new Map<string, number>();
  const claimed = async (deliveriesMax: number) => {
    const claims = await claimDeliveries(app.services, deliveriesMax, underWay);
    for (const { endpoint: each } of claims) {
      underWay.set(each.organizationId, (underWay.get(each.organizationId) ?? 0) + 1);
    }
    return Object.groupBy(claims, (each) => each.endpoint.organizationId);
  };
  const first = await claimed(2);
  expect(Object.values(first).map((each) => each?.length)).toEqual([1, 1]);
  await claimed(100);
  expect([...underWay.values()].toSorted()).toEqual([1, 40]);
  expect(await claimed(100)).toEqual({});
  // As many of each of its ten endpoints.
  const ofEach = await query(
    `select endpoint_id, count(*)::int as under_way from webhook_delivery
    where claimed_until > now() and endpoint_id <> $1 group by 1`,
    [theirs.id],
  );
  expect(ofEach.map((each) => ({ ...each, endpoint_id: '' }))).toEqual(
    Array(10).fill({ endpoint_id: '', under_way: 4 }),
  );
});

it('an organization with many events keeps another waiting for no more than one batch', async () => {
  const theirs = await create(stranger);
  await fanOutEvents(app.services);
  for (let n = 0; n < 3; n += 1) await act();
  await act(stranger, theirs);
  expect(await fanOutEvents(app.services, { batchEvents: 1 })).toEqual({ stored: 2, isMore: true });
  expect(await fanOutEvents(app.services, { batchEvents: 3 })).toEqual({
    stored: 2,
    isMore: false,
  });
});

it('a delivery that is under way keeps its place when somebody resends its event', async () => {
  await act();
  await fanOutEvents(app.services);
  expect(await claimDeliveries(app.services, 10)).toHaveLength(1);
  const [delivery] = await deliveries();
  const resent = await owner.post(`${at()}/resend`, { eventId: delivery?.eventId });
  expect(resent.body).toEqual({ resentCount: 1 });
  expect(await claimDeliveries(app.services, 10)).toHaveLength(0);
});

it('an event that cannot be sent is given up, instead of being tried each minute', async () => {
  await act();
  await query(
    `update audit_event set actor = '{"type": "x"}' where action = 'webhook_endpoint.test'`,
  );
  expect(await deliverDue(app.services)).toBe(1);
  expect((await deliveries())[0]).toMatchObject({ status: 'failed', attemptsCount: 1 });
  expect(await attempts()).toMatchObject([
    { problem: expect.stringMatching(/^The server cannot/) },
  ]);
});

it('an endpoint that answers much has its answers cut after a hundred in a day', async () => {
  receiver.reply = answerWith(200, {}, 'x'.repeat(5000));
  await act();
  await deliverDue(app.services);
  await query(
    `insert into webhook_attempt (organization_id, endpoint_id, sequence, number, at, duration_ms)
    select organization_id, endpoint_id, sequence, n, at, 1
    from webhook_attempt, generate_series(2, 100) as n where endpoint_id = $1`,
    [endpoint.id],
  );
  await act();
  await deliverDue(app.services);
  const lengths = await query(
    `select length(response_body) as kept from webhook_attempt
    where endpoint_id = $1 and response_body is not null order by sequence`,
    [endpoint.id],
  );
  expect(lengths).toEqual([{ kept: 5000 }, { kept: 1024 }]);
});

it('an endpoint is deleted at once, and what it was sent by a job', async () => {
  await act();
  await deliverDue(app.services);
  const kept = await create();
  await act(owner, kept);
  await deliverDue(app.services);
  await deleteOrphanDeliveries(app.services.db);
  const counts = () => query(`select endpoint_id, count(*)::int from webhook_attempt group by 1`);
  await owner.delete(at());
  expect(await counts()).toHaveLength(2);
  expect(await deleteOrphanDeliveries(app.services.db)).toMatchObject({ rowCount: 2 });
  expect(await counts()).toMatchObject([{ endpoint_id: kept.id }]);
});

it('an endpoint with many pending keeps its place in the log, also while disabled, and loses nothing', async () => {
  const other = await create(owner, ['role.*']);
  const store = () => fanOutEvents(app.services, { batchEvents: 2, pendingMax: 2 });
  const read = async () => (await owner.get<WebhookEndpointWithSecret>(at())).body;
  const received = () => receiver.received.map(({ headers }) => headers['webhook-id']);
  receiver.received.length = 0;
  for (let n = 0; n < 7; n += 1) await act();
  while ((await store()).isMore);
  const { pendingCount, isBehind } = await read();
  expect([pendingCount < 4, isBehind]).toEqual([true, true]);
  // The others go on meanwhile.
  await act(owner, other);
  await store();
  expect((await owner.get<WebhookDelivery>(`${at(other)}/deliveries`)).body).toMatchObject({
    data: [{ status: 'pending' }],
  });
  await owner.post(`${at()}/disable`);
  await act(owner, other);
  await owner.post(`${at()}/enable`);
  await act();
  while ((await store()).isMore);
  for (let n = 0; n < 8; n += 1) {
    await store();
    await deliverDue(app.services);
  }
  const ids = received().filter((id) => String(id).endsWith(endpoint.id));
  // Those of the other's tests as well.
  expect([ids.length, new Set(ids).size]).toEqual([10, 10]);
  expect(await read()).toMatchObject({ pendingCount: 0, isBehind: false });
});

it('deliveries of an endpoint are counted up to 1,000, and by their status', async () => {
  const other = await create();
  const insert = `insert into webhook_delivery (organization_id, endpoint_id, sequence, event_id, event_type, status,
      attempts_count, tries_count, next_attempt_at, created_at)
    select organization_id, id, 1000000 + number, 'evt_' || number, 'role.create', $3, 1, 1,
      now() + interval '1 hour', now()
    from webhook_endpoint, generate_series(1, $2::int) as number where id = $1`;
  await query(insert, [endpoint.id, 1001, 'failed']);
  await query(insert, [other.id, 3, 'pending']);
  await query(insert.replace('1000000', '2000000'), [other.id, 2, 'delivered']);
  const { body } = await owner.get<{ data: WebhookEndpointWithSecret[] }>(PATH);
  const counts = body.data.map(({ id, pendingCount, failedCount }) => [
    ...[id, pendingCount, failedCount],
  ]);
  expect(new Set(counts.map(String))).toEqual(
    new Set([`${endpoint.id},0,1000`, `${other.id},3,0`]),
  );
  expect((await owner.get(at())).body).toMatchObject({ pendingCount: 0, failedCount: 1000 });
  await query('delete from webhook_delivery where sequence > 1000000');
});
