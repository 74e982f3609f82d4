import type { Billing, Plan } from '@tollkeeper/contract';
import type pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../../testing/client.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { listPlanRequests } from './decide-request.ts';
import { endPlans } from './end-plans.ts';
import { withdrawUndecided } from './plan-request.ts';
import { setPlan } from './set-plan.ts';

const DAY_MS = 86_400_000;
const HOLD_CHAIN_END = 'select 1 from audit_chain for update';

let app: TestApp;
let query: Query;
let owner: Client;
let aheadMs = 0;

beforeAll(async () => {
  app = await startTestApp({ clock: () => new Date(Date.now() + aheadMs) });
  query = queryDatabase(app.database);
  owner = await claimServer(app);
});

const read = async (client = owner) => (await client.get<Billing>('/v1/billing')).body;

it('changes the plan at once where organizations do it themselves, however often it is sent', async () => {
  await setPlan(app.services, 'pro', undefined, 'req_test', { keysMax: 7, note: 'yours' });
  await owner.post('/v1/billing/plan', { plan: 'enterprise' });
  const { database } = app;
  const self = await startTestApp({ database, billing: { planChanges: 'self' } });
  const admin = createClient(self.baseUrl, { ...owner.headers, origin: self.baseUrl });
  // The request that nobody decides any more.
  expect((await read(admin)).request).toBeNull();
  await withdrawUndecided(self.services);
  await withdrawUndecided(self.services);
  expect(await listPlanRequests(self.services.db)).toEqual([]);

  const change = (plan: string) =>
    admin.post('/v1/billing/plan', { plan }, { 'idempotency-key': 'change-once' });
  const changed = await change('developer');
  expect(changed.body).toEqual({ outcome: 'changed', plan: 'developer' });
  // As where the answer was lost.
  expect((await change('developer')).body).toEqual(changed.body);
  expect((await change('free')).problem.code).toBe('idempotency_conflict');
  expect(await read(admin)).toMatchObject({ plan: 'developer', limits: { keys: { max: 10 } } });
  const events = await query(
    'select action, actor, before, after from audit_event order by sequence desc limit 3',
  );
  expect(events.toReversed()).toMatchObject([
    { action: 'billing.request_plan' },
    { action: 'billing.withdraw_request', actor: { type: 'system', job: 'end-plans' } },
    {
      action: 'billing.change_plan',
      actor: { type: 'member' },
      before: { plan: 'pro', keysMax: 7, note: 'yours' },
      after: { plan: 'developer', keysMax: null, note: null },
    },
  ]);
});

it('ends no plan that is changed while its end passes, and changes none that ends by then', async () => {
  const { database, services } = app;
  const until = new Date(Date.now() + DAY_MS);
  await setPlan(services, 'pro', undefined, 'req_test');
  const becomes = (plan: Plan) => async (holder: pg.Client) => {
    await holder.query(HOLD_CHAIN_END);
    await holder.query('update organization set plan = $1', [plan]);
    await holder.query('delete from billing');
  };
  const announceEnd = async () => {
    aheadMs = 0;
    await setPlan(services, 'enterprise', undefined, 'req_test', { until });
    expect(await endPlans(services)).toEqual({ warned: 1, ended: 0 });
    aheadMs = 2 * DAY_MS;
  };
  // As where another process announces it just then.
  await setPlan(services, 'enterprise', undefined, 'req_test', { until });
  const announced = async (holder: pg.Client) => {
    await holder.query(HOLD_CHAIN_END);
    await holder.query('update billing set warned_at = now()');
  };
  const late = await whileHeld(database, announced, () => endPlans(services));
  expect(late).toEqual({ warned: 0, ended: 0 });

  await announceEnd();
  const run = await whileHeld(database, becomes('developer'), () => endPlans(services));
  expect(run).toEqual({ warned: 0, ended: 0 });
  expect(await read()).toMatchObject({ plan: 'developer', until: null });

  await announceEnd();
  const request = () => owner.post('/v1/billing/plan', { plan: 'developer' });
  const { problem } = await whileHeld(database, becomes('developer'), request);
  expect(problem).toMatchObject({ code: 'invalid_state' });
  expect(problem.detail).toContain('"developer" already');
  expect(await endPlans(services)).toEqual({ warned: 0, ended: 0 });
  aheadMs = 0;
});
