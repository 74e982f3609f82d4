import { type AuditEvent, type LogStream, webhookPayload } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import {
  acknowledge,
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../apps/control-plane/src/testing/webhook-receiver.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { type Pair, startPair, through } from './pair.ts';

let pair: Pair;
let receiver: WebhookReceiver;
let viaB: Client;

/** A log stream and an ordered webhook endpoint, which receive what happens from now on. */
beforeAll(async () => {
  pair = await startPair('enterprise', { TOLLKEEPER_WEBHOOK_ALLOW: '127.0.0.1' });
  viaB = through(pair.b, pair.owner);
  receiver = await startWebhookReceiver();
  const url = `http://127.0.0.1:${receiver.port}`;
  const stream = { name: 'SIEM', destination: 'https', url: `${url}/stream`, startAt: 'now' };
  const endpoint = { name: 'Hooks', url: `${url}/hooks`, eventTypes: ['role.*'], isOrdered: true };
  await begin('/v1/log-streams', stream, 'resume');
  await begin('/v1/webhook-endpoints', endpoint, 'enable');
});

/** Creates it through A, where its job begins at once, and lets that begin at B too. */
async function begin(path: string, body: object, verb: string): Promise<void> {
  const created = await pair.owner.post<{ id: string }>(path, body);
  expect(created.status).toBe(201);
  await viaB.post(`${path}/${created.body.id}/${verb}`);
}

let roles = 0;
/** Does something that has an event. */
function act(client: Client) {
  roles += 1;
  const body = { name: `Role ${roles}`, scopes: ['members.read'] };
  return client.post('/v1/roles', body);
}

/** The events of requests, one after another. */
const eventsOf = {
  '/stream': ({ body }: ReceivedWebhook): AuditEvent[] =>
    body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  '/hooks': ({ body }: ReceivedWebhook): AuditEvent[] => [
    webhookPayload.parse(JSON.parse(body)).data,
  ],
};
type Place = keyof typeof eventsOf;
const PLACES = Object.keys(eventsOf) as Place[];
const receivedAt = (place: Place) => receiver.received.filter(({ path }) => path === place);
/** Names of the roles whose events arrived there, those that arrived again left out by the ids of their events. */
function rolesAt(place: Place): string[] {
  const events = receivedAt(place).flatMap(eventsOf[place]);
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()]
    .filter(({ action }) => action === 'role.create')
    .map(({ target }) => target.name);
}
const allArrived = () =>
  until('all arrived', () => PLACES.every((place) => rolesAt(place).length === roles));

/** In the order of the log, which is that of their sequences. */
async function expectOrder(): Promise<void> {
  const inLog = await pair.query<{ name: string }>(
    `select target ->> 'name' as name from audit_event where action = 'role.create' order by sequence`,
  );
  for (const place of PLACES) expect(rolesAt(place)).toEqual(inLog.map(({ name }) => name));
}

it('sends each event once and in order, through two processes at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => act(n % 2 ? pair.owner : viaB)));
  await allArrived();
  await expectOrder();
  const counts = PLACES.map((place) => receivedAt(place).flatMap(eventsOf[place]));
  for (const events of counts) expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});

it('loses nothing and keeps the order where a process is killed in the middle of a batch', async () => {
  const { a, b, query } = pair;
  await until('B has nothing under way', async () => (await query(UNSETTLED)).length === 0);
  b.signal('SIGSTOP');
  const held = hold();
  // Its answer waits for B; its event does not.
  void act(pair.owner).catch(() => undefined);
  await held();
  a.signal('SIGKILL');
  await a.exited;
  b.signal('SIGCONT');
  receiver.reply = acknowledge;
  await act(viaB);
  // Lets the time pass that the leases have.
  await query('update log_stream set claimed_until = now()');
  await query(
    `update webhook_delivery set claimed_until = now(), next_attempt_at = now() where status = 'pending'`,
  );
  await allArrived();
  await expectOrder();
  const bodies = receivedAt('/stream').map(({ body }) => body);
  expect(bodies.length - new Set(bodies).size).toBe(1);
});

it('gives back what is under way where a process stops, and ends with code 0', async () => {
  const held = hold();
  await act(viaB);
  await held();
  expect(await pair.b.stop()).toEqual({ code: 0, signal: null });
  const leases = await pair.query(
    `select claimed_until from log_stream where claimed_until is not null
     union all select claimed_until from webhook_delivery where claimed_until is not null`,
  );
  expect(leases).toEqual([]);
  const [stream] = await pair.query<Pick<LogStream, 'failingSince'>>(
    'select failing_since as "failingSince" from log_stream',
  );
  expect(stream).toEqual({ failingSince: null });
});

const UNSETTLED = `
  select 1 from log_stream join audit_chain as chain using (organization_id)
    where claimed_until is not null or log_stream.sequence < chain.sequence
  union all select 1 from webhook_delivery where status = 'pending'`;

/** From now on, requests stay without an answer. @returns what waits until each place has one */
function hold(): () => Promise<unknown> {
  const held = new Set<string>();
  receiver.reply = ({ path }) => void held.add(path);
  return () => until('requests are under way', () => PLACES.every((place) => held.has(place)));
}
