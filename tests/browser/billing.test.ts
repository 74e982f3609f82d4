import type { Billing } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import {
  approvePlanRequest,
  setPlan,
} from '../../apps/control-plane/src/features/billing/index.ts';
import { createKey } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

it('warns of a full plan, says what a change does, and shows what the operator decides', async () => {
  const { services, ...dashboard } = await startDashboard('free');
  for (const name of ['one', 'two', 'three']) await createKey(dashboard.owner, name);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/api-keys');
  await page.getByText('The limit of keys is reached').waitFor();
  await page.getByRole('link', { name: 'See the plans' }).click();
  await page.getByRole('button', { name: 'Request Pro' }).waitFor();
  await expectAccessible(page, 'Billing');

  await page.getByRole('button', { name: 'Request Pro' }).click();
  const dialog = page.getByRole('dialog', { name: 'Request Pro?' });
  await dialog.getByText('Pro allows 20 keys and you have 3. You can create 17 more.').waitFor();
  await dialog.getByLabel('Message').fill('ten more agents');
  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Discard what you entered?' });
  await question.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.getByRole('button', { name: 'Send request' }).click();
  await page.getByText('Message: ten more agents').waitFor();

  const { body } = await dashboard.owner.get<Billing>('/v1/billing');
  expect(body).toMatchObject({ plan: 'free', request: { plan: 'pro', status: 'pending' } });
  const approval = { named: 'acme', plan: 'pro', note: undefined, requestId: 'req_test' } as const;
  await approvePlanRequest(services, approval);
  await page.reload();
  const facts = page.getByRole('region', { name: 'Your plan' });
  await facts.getByText('3 of 20').waitFor();

  await page.getByRole('button', { name: 'Request Free' }).click();
  const lower = page.getByRole('dialog', { name: 'Request Free?' });
  await lower.getByText(/All 3 keep working; you cannot create more until 1 is gone/).waitFor();
  await lower.getByRole('button', { name: 'Send request' }).click();
  await page.getByText('Free is requested').waitFor();
  await approvePlanRequest(services, { ...approval, plan: 'free' });
  await page.reload();
  await facts.getByText('3 of 3').waitFor();
  await setPlan(services, 'pro', 'acme', 'req_test');

  const until = new Date(Date.now() + 86_400_000);
  await setPlan(services, 'enterprise', 'acme', 'req_test', { keysMax: 5, until, note: 'Trial' });
  await page.setViewportSize({ width: 360, height: 800 });
  await page.reload();
  await facts.getByText('3 of 5').waitFor();
  await facts.getByText('Trial').waitFor();
  await facts.getByText('Pro follows.').waitFor();
});
