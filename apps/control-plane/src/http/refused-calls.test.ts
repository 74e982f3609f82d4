import type { AuditEventView } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { makeKey } from '../testing/keys.ts';
import { addMember, claimedOrganization, type Person } from '../testing/people.ts';
import { visitor } from '../testing/sign-in.ts';
import { claimServer, startTestApp, type TestApp } from '../testing/test-app.ts';
import { startRefusalCounter } from './refused-calls.ts';

let app: TestApp;
let owner: Client;
let viewer: Person;

beforeAll(async () => {
  // Refusals are summed by minute: this minute does not end during a test.
  const startedAt = new Date();
  app = await startTestApp({ clock: () => startedAt });
  owner = await claimServer(app);
  const { organizationId } = await claimedOrganization(app);
  viewer = await addMember(app, organizationId, 'viewer');
});

async function recorded(): Promise<AuditEventView[]> {
  await app.refusals.flush();
  const path = '/v1/audit-events?action=access.refused&order=asc';
  const { body } = await owner.get<{ data: AuditEventView[] }>(path);
  return body.data;
}

it('records who tried what beyond their scopes, once for all calls of a minute', async () => {
  const key = await makeKey(app, owner, { scopes: ['members.read'] });
  for (let call = 0; call < 3; call += 1) {
    const answer = await key.client.delete(`/v1/api-keys/${key.id}`);
    expect(answer.problem.code).toBe('insufficient_scope');
  }
  await viewer.client.post('/v1/roles', { name: 'Root', scopes: ['members.read'] });
  expect(await recorded()).toMatchObject([
    {
      actor: { type: 'key', keyId: key.id },
      target: { type: 'api_key', id: key.id, name: key.name },
      after: { operation: 'DELETE /v1/api-keys/{id}', code: 'insufficient_scope', count: 3 },
    },
    {
      actor: { type: 'member', memberId: viewer.memberId },
      target: { type: 'member', id: viewer.memberId },
      after: { operation: 'POST /v1/roles', code: 'insufficient_scope', count: 1 },
    },
  ]);
});

it('adds a bounded number of events for a caller who tries everything', async () => {
  const before = (await recorded()).length;
  for (let call = 0; call < 25; call += 1) {
    const origin = { requestId: `req_${call}`, ip: null, userAgent: null };
    app.refusals.count(
      { organizationId: (await claimedOrganization(app)).organizationId, actor: MEMBER() },
      { operation: `POST /v1/${call}`, code: 'outside_workspace', origin },
    );
  }
  const events = (await recorded()).slice(before);
  expect(events.length).toBeLessThanOrEqual(22);
  const counts = events.map(({ after }) => Number(after?.count));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(25);
});

const MEMBER = () => ({ type: 'member', memberId: viewer.memberId }) as const;

it('counts what is beyond the scopes of a caller, and not the limit of a plan', async () => {
  const before = (await recorded()).length;
  const codes: unknown[] = [];
  for (let keys = 0; keys < 4; keys += 1) {
    const answer = await owner.post('/v1/api-keys', { name: 'one more', profile: 'read-only' });
    codes.push(answer.problem.code);
  }
  expect(codes.at(-1)).toBe('plan_limit_reached');
  expect((await recorded()).length).toBe(before);
});

it('only logs the calls of more than a thousand callers of an organization in a minute', async () => {
  const warned: unknown[] = [];
  const log = { ...app.services.log, warn: (facts: unknown) => void warned.push(facts) };
  const services = { ...app.services, log: log as typeof app.services.log };
  const counter = startRefusalCounter(services, 2 ** 30);
  const origin = { requestId: 'req_test', ip: null, userAgent: null };
  for (let caller = 0; caller < 1001; caller += 1) {
    const actor = { type: 'member', memberId: `mem_${caller}` } as const;
    const call = { operation: 'POST /v1/roles', code: 'insufficient_scope', origin } as const;
    counter.count({ organizationId: 'org_test', actor }, call);
    if (caller === 1000) counter.count({ organizationId: 'org_other', actor }, call);
  }
  expect(warned).toMatchObject([{ organizationId: 'org_test' }]);
});

it('lets nobody without a credential add an event', async () => {
  const before = (await recorded()).length;
  await visitor(app).post('/v1/roles', { name: 'Root', scopes: [] });
  await visitor(app).get('/v1/audit-events');
  expect((await recorded()).length).toBe(before);
});
