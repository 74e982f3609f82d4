import type { Billing, Plan, PlanOffer } from '@tollkeeper/contract';
import { beforeAll, expect, it } from 'vitest';
import type { Mail } from '../../mail/mailer.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import {
  addMember,
  addOrganization,
  choosePlan,
  claimedOrganization,
} from '../../testing/people.ts';
import { auditEvents, type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { mailPlanRequest } from './billing-mail.ts';
import { approvePlanRequest, declinePlanRequest, listPlanRequests } from './decide-request.ts';
import { endPlans } from './end-plans.ts';
import { setPlan } from './set-plan.ts';

const DAY_MS = 86_400_000;

let app: TestApp;
let query: Query;
let owner: Client;
let organizationId: string;
let workspaceId: string;
let aheadMs = 0;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(Date.now() + aheadMs) });
  query = queryDatabase(app.database);
  owner = await claimServer(app);
  ({ organizationId, workspaceId } = await claimedOrganization(app));
});

const readBilling = async () => (await owner.get<Billing>('/v1/billing')).body;
const lastEvents = async (count: number) => (await auditEvents(query)).slice(-count);
const decision = { requestId: 'req_test', note: undefined };

it('shows the plan, its limits and what changing to another would do', async () => {
  await makeKey(app, owner);
  expect(await readBilling()).toMatchObject({
    ...{ plan: 'free', provider: 'manual', planChanges: 'request', ownLimit: false },
    limits: { keys: { used: 1, max: 3 } },
    ...{ callsThisMonth: 0, until: null, paymentMethod: null, request: null },
  });
  const { data } = (await owner.get<{ data: PlanOffer[] }>('/v1/billing/plans')).body;
  expect(data.map(({ plan, keysMax, current }) => [plan, keysMax, current])).toEqual([
    ['free', 3, true],
    ['developer', 10, false],
    ['pro', 20, false],
    ['enterprise', null, false],
  ]);
  expect(data[1]?.effect).toBe('Developer allows 10 keys and you have 1. You can create 9 more.');
  expect((await owner.get('/v1/billing/invoices')).body).toEqual({ data: [] });
  const portal = await owner.post('/v1/billing/portal');
  expect(portal.problem).toMatchObject({ code: 'invalid_state', status: 409 });
  expect(portal.problem.detail).toContain('TOLLKEEPER_BILLING');
});

it('leaves the plan as it is until the operator approves the request, and says who asked', async () => {
  const asked = await owner.post('/v1/billing/plan', { plan: 'pro', message: 'more agents' });
  expect(asked.body).toEqual({ outcome: 'requested', plan: 'pro' });
  const again = { plan: 'pro', message: 'more agents' };
  expect((await owner.post('/v1/billing/plan', again)).body).toMatchObject(asked.body as object);
  const { plan, request } = await readBilling();
  expect(plan).toBe('free');
  expect(request).toMatchObject({ plan: 'pro', status: 'pending', message: 'more agents' });
  expect(await listPlanRequests(app.services.db)).toMatchObject([
    { organizationId, currentPlan: 'free', requestedPlan: 'pro', message: 'more agents' },
  ]);

  const approve = (plan: Plan) =>
    approvePlanRequest(app.services, { ...decision, named: organizationId, plan });
  // As where the request for another plan was replaced since the operator read it.
  await expect(approve('developer')).rejects.toMatchObject({ code: 'invalid_state' });
  expect(await readBilling()).toMatchObject({ plan: 'free', request: { status: 'pending' } });
  await approve('pro');
  expect(await readBilling()).toMatchObject({ plan: 'pro', request: { status: 'approved' } });
  expect(await listPlanRequests(app.services.db)).toEqual([]);
  expect(await lastEvents(2)).toMatchObject([
    { action: 'billing.request_plan', after: { requestedPlan: 'pro' } },
    {
      action: 'billing.approve_request',
      actor: { type: 'operator' },
      before: { plan: 'free', requestedPlan: 'pro' },
      after: { plan: 'pro' },
    },
  ]);
});

it('declines and withdraws a request, and the plan stays', async () => {
  const scopes = ['billing.read', 'billing.manage'];
  const key = await makeKey(app, owner, { name: 'ci', scopes });
  await key.client.post('/v1/billing/plan', { plan: 'enterprise' });
  expect((await readBilling()).request).toMatchObject({
    requestedByKey: { id: key.id, name: 'ci' },
  });
  const named = { ...decision, named: organizationId, note: 'write to sales' };
  await declinePlanRequest(app.services, named);
  expect(await readBilling()).toMatchObject({
    plan: 'pro',
    request: { status: 'declined', decisionNote: 'write to sales' },
  });
  await expect(declinePlanRequest(app.services, named)).rejects.toMatchObject({
    code: 'not_found',
  });
  await owner.post('/v1/billing/plan', { plan: 'free' });
  const { requestedAt } = (await readBilling()).request ?? {};
  // As in a second tab, which shows a request that was replaced.
  const replaced = new Date(Date.parse(requestedAt ?? '') - 1).toISOString();
  const withdraw = (at = '') => owner.delete(`/v1/billing/plan-request?requestedAt=${at}`);
  expect((await withdraw(replaced)).problem.code).toBe('invalid_state');
  expect((await withdraw(requestedAt)).status).toBe(204);
  expect((await owner.delete('/v1/billing/plan-request')).problem.code).toBe('not_found');
  expect(await readBilling()).toMatchObject({ plan: 'pro', request: null });
  expect(await lastEvents(3)).toMatchObject([
    { action: 'billing.decline_request', after: { decisionNote: 'write to sales' } },
    { action: 'billing.request_plan' },
    { action: 'billing.withdraw_request', before: { requestedPlan: 'free' } },
  ]);
});

it('refuses a change without the scope, by a confined key, to the same plan and to none', async () => {
  const { client } = await addMember(app, organizationId, 'viewer');
  expect((await client.post('/v1/billing/plan', { plan: 'free' })).problem.scopes).toEqual([
    'billing.manage',
  ]);
  const scopes = ['billing.read', 'billing.manage'];
  const confined = await makeKey(app, owner, { scopes, workspaceId });
  const answers = [
    await confined.client.get('/v1/billing'),
    await confined.client.get('/v1/billing/plans'),
    await confined.client.get('/v1/billing/preview?plan=pro'),
    await confined.client.get('/v1/billing/invoices'),
    await confined.client.post('/v1/billing/portal'),
    await confined.client.post('/v1/billing/plan', { plan: 'free' }),
    await confined.client.delete('/v1/billing/plan-request'),
  ];
  const codes = answers.map(({ problem }) => problem.code);
  expect(codes).toEqual(Array(7).fill('outside_workspace'));
  const { problem } = await owner.post('/v1/billing/plan', { plan: 'pro' });
  expect(problem.code).toBe('invalid_state');
  expect((await owner.post('/v1/billing/plan', { plan: 'gold' })).status).toBe(422);
});

it('ends a plan after a warning, and then holds the limit of the plan that follows', async () => {
  const until = new Date(Date.now() + 20 * DAY_MS);
  const given = { keysMax: 50, until, note: 'a trial' };
  await setPlan(app.services, 'enterprise', organizationId, 'req_test', given);
  expect(await readBilling()).toMatchObject({
    ...{ plan: 'enterprise', planAfter: 'pro', note: 'a trial', ownLimit: true },
    until: until.toISOString(),
    limits: { keys: { max: 50 } },
  });
  const past = { until: new Date(0) };
  await expect(
    setPlan(app.services, 'pro', organizationId, 'req_test', past),
  ).rejects.toMatchObject({ code: 'validation_failed' });
  // Set again while it is to end: what follows stays the plan before.
  await setPlan(app.services, 'developer', organizationId, 'req_test', { until });

  expect(await endPlans(app.services)).toEqual({ warned: 0, ended: 0 });
  aheadMs = 21 * DAY_MS;
  expect(await endPlans(app.services)).toEqual({ warned: 1, ended: 0 });
  expect((await readQuery()).plan).toBe('developer');
  expect(await endPlans(app.services)).toEqual({ warned: 0, ended: 1 });
  expect(await endPlans(app.services)).toEqual({ warned: 0, ended: 0 });
  aheadMs = 0;
  expect(await readBilling()).toMatchObject({ plan: 'pro', until: null, note: null });
  const actor = { type: 'system', job: 'end-plans' };
  expect(await lastEvents(2)).toMatchObject([
    { action: 'billing.plan_ending', actor, after: { plan: 'developer', planAfter: 'pro' } },
    { action: 'billing.plan_ended', actor, before: { plan: 'developer' }, after: { plan: 'pro' } },
  ]);
});

async function readQuery() {
  const [row] = await query<{ plan: string }>('select plan from organization where id = $1', [
    organizationId,
  ]);
  return row ?? { plan: 'none' };
}

it('says with each key how much of the limit is used, and records once that it is near and reached', async () => {
  await query('delete from api_key');
  await setPlan(app.services, 'pro', organizationId, 'req_test', { keysMax: 5 });
  const limits: unknown[] = [];
  for (let at = 0; at < 5; at += 1) {
    const body = { name: `key ${at}`, profile: 'read-only' };
    const headers = { 'idempotency-key': `key-${at}` };
    const { limit } = (await owner.post<{ limit: unknown }>('/v1/api-keys', body, headers)).body;
    limits.push(limit);
    const again = (await owner.post<{ limit?: unknown }>('/v1/api-keys', body, headers)).body;
    expect(again.limit).toBeUndefined();
  }
  expect(limits).toEqual([1, 2, 3, 4, 5].map((used) => ({ used, max: 5 })));
  const beyond = await owner.post('/v1/api-keys', { name: 'beyond', profile: 'read-only' });
  expect(beyond.problem).toMatchObject({ code: 'plan_limit_reached', limit: 5, count: 5 });
  expect(beyond.problem.detail).toContain('The operator of the server allows you 5 keys');
  // Crossed again within a day.
  await query(`delete from api_key where name = 'key 4'`);
  await owner.post('/v1/api-keys', { name: 'in its place', profile: 'read-only' });
  const findCrossings = async () =>
    (await auditEvents(query)).filter(({ action }) => /limit/.test(action));
  expect(await findCrossings()).toMatchObject([
    { action: 'billing.near_limit', after: { keysUsed: 4, keysMax: 5 } },
    { action: 'billing.limit_reached', after: { keysUsed: 5, keysMax: 5 } },
  ]);
  await choosePlan(app, 'enterprise');
  const unlimited = { name: 'unlimited', profile: 'read-only' };
  const { body } = await owner.post<{ id: string; limit: unknown }>('/v1/api-keys', unlimited);
  expect(body.limit).toBeNull();

  await setPlan(app.services, 'developer', organizationId, 'req_test', { keysMax: 6 });
  await setPlan(app.services, 'developer', organizationId, 'req_test', { keysMax: 7 });
  await query('update api_key set expires_at = $1 where id = $2', [new Date(0), body.id]);
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  await owner.patch(`/v1/api-keys/${body.id}`, { expiresAt });
  expect((await findCrossings()).slice(2)).toMatchObject([
    {
      ...{ action: 'billing.limit_reached', actor: { type: 'operator' } },
      after: { plan: 'developer', keysUsed: 6, keysMax: 6 },
    },
    {
      ...{ action: 'billing.near_limit', actor: { type: 'member' } },
      after: { keysUsed: 6, keysMax: 7 },
    },
  ]);
});

it('decides a key by the plan that a change leaves, where both come at once', async () => {
  await query('delete from api_key');
  await setPlan(app.services, 'developer', organizationId, 'req_test');
  for (const name of ['one', 'two', 'three']) await makeKey(app, owner, { name });
  const { id } = await makeKey(app, owner, { name: 'expired' });
  await query('update api_key set expires_at = $1 where id = $2', [new Date(0), id]);
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
  for (const add of [
    () => owner.post('/v1/api-keys', { name: 'late', profile: 'read-only' }),
    () => owner.patch(`/v1/api-keys/${id}`, { expiresAt }),
  ]) {
    await query(`update organization set plan = 'developer' where id = $1`, [organizationId]);
    const { problem } = await whileHeld(
      app.database,
      (holder) =>
        holder.query(`update organization set plan = 'free' where id = $1`, [organizationId]),
      add,
    );
    expect(problem).toMatchObject({ code: 'plan_limit_reached', limit: 3, count: 3 });
  }
});

it('mails a pending request to the operator', async () => {
  const sent: Mail[] = [];
  const mailer = { send: async (mail: Mail) => void sent.push(mail), close: () => undefined };
  const operator = { ...app.services.billing, operatorEmail: 'operator@example.com' };
  const services = { ...app.services, mailer, billing: operator };
  await owner.post('/v1/billing/plan', { plan: 'pro', message: '<b>more</b>' });
  await mailPlanRequest(services, { organizationId, plan: 'pro' });
  await mailPlanRequest(services, { organizationId, plan: 'enterprise' });
  expect(sent.map(({ to, subject }) => [to, subject])).toEqual([
    ['operator@example.com', 'Acme requests the plan Pro'],
  ]);
  expect(sent[0]?.text).toContain('npx tollkeeper admin requests approve acme pro\n');
  expect(sent[0]?.html).toContain('&lt;b&gt;more&lt;/b&gt;');
});

it('ends the plans of other organizations, whatever goes wrong with one', async () => {
  await addOrganization(app, 'Other');
  await query(`insert into billing (organization_id, until)
    select id, now() + interval '1 day' from organization
    on conflict (organization_id) do update set until = excluded.until, warned_at = null`);
  let calls = 0;
  const randomBytes = (size: number) => {
    calls += 1;
    if (calls === 1) throw new Error('out of the blue');
    return app.services.randomBytes(size);
  };
  const run = endPlans({ ...app.services, randomBytes });
  await expect(run).rejects.toThrow('1 of 2 steps failed');
  const rows = await query('select warned_at is not null as warned from billing order by 1');
  expect(rows).toEqual([{ warned: false }, { warned: true }]);
});
