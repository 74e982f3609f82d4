import type { Billing } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { createClient } from '../../testing/client.ts';
import { queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp } from '../../testing/test-app.ts';
import { listPlanRequests } from './decide-request.ts';
import { withdrawUndecided } from './plan-request.ts';
import { setPlan } from './set-plan.ts';

it('changes the plan at once where organizations do it themselves, however often it is sent', async () => {
  const app = await startTestApp();
  const query = queryDatabase(app.database);
  const owner = await claimServer(app);
  await setPlan(app.services, 'pro', undefined, 'req_test', { keysMax: 7, note: 'yours' });
  await owner.post('/v1/billing/plan', { plan: 'enterprise' });
  const { database } = app;
  const self = await startTestApp({ database, billing: { planChanges: 'self' } });
  const admin = createClient(self.baseUrl, { ...owner.headers, origin: self.baseUrl });
  const read = async () => (await admin.get<Billing>('/v1/billing')).body;
  // The request that nobody decides any more.
  expect((await read()).request).toBeNull();
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
  expect(await read()).toMatchObject({ plan: 'developer', limits: { keys: { max: 10 } } });
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
