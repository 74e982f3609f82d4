import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { completeCheckout } from '../../apps/control-plane/src/testing/stripe/checkout.ts';
import {
  createDelivery,
  startStripe,
} from '../../apps/control-plane/src/testing/stripe/stripe-world.ts';
import { endPeriod } from '../../apps/control-plane/src/testing/stripe/subscriptions.ts';
import { expectAccessible } from './accessible.ts';
import { startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

const now = () => new Date();

it('pays for a plan, changes it up and down, keeps it, and warns of a payment that fails', async () => {
  const { stripe, billing } = await startStripe(now);
  const { account } = stripe;
  const dashboard = await startDashboard('free', { billing });
  const deliverAll = createDelivery(stripe, dashboard, now);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  const pay = '<!doctype html><title>Stripe</title><p>The page of Stripe</p>';
  await page.route('https://*.stripe.test/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: pay }),
  );
  const facts = page.getByRole('region', { name: 'Your plan' });
  await page.goto('/billing');
  await page.getByText('There are no invoices yet.').waitFor();

  await change(page, 'Change Developer', 'Developer allows 10 keys and you have none.');
  await page.waitForURL('https://checkout.stripe.test/**');
  const { id } = completeCheckout(account, page.url().split('/').at(-1) ?? '');
  // Back from the checkout, before its event has come.
  await page.goto('/billing?paid=true');
  await facts.getByText('0 of 3').waitFor();
  await deliverAll();
  await facts.getByText('0 of 10').waitFor();
  await facts.getByText('visa 4242').waitFor();
  await page.getByRole('row', { name: /paid €10\.00/ }).waitFor();

  await change(page, 'Change Pro', 'You pay €20.00 now.');
  await facts.getByText('0 of 20').waitFor();
  await page.getByText('not sold here').waitFor();
  expect(await page.getByRole('button', { name: 'Change Enterprise' }).count()).toBe(0);
  await change(page, 'Change Free', 'your plan stays as it is.');
  await facts.getByText('Free follows. No key stops working.').waitFor();
  expect(await page.getByRole('button', { name: 'Change Free' }).count()).toBe(0);
  await change(page, 'Keep Pro', 'The subscription goes on');
  await facts.getByText('Renews').waitFor();
  await change(page, 'Change Developer', 'You are credited €20.00.');
  await facts.getByText('0 of 10').waitFor();

  account.declines = true;
  endPeriod(account, id);
  await deliverAll();
  await page.setViewportSize({ width: 360, height: 800 });
  await page.reload();
  await page.getByText('A payment is due').waitFor();
  await page.getByRole('row', { name: /open/ }).waitFor();
  await expectAccessible(page, 'Billing with a payment that is due');
  await page.getByRole('button', { name: 'Update payment' }).click();
  await page.waitForURL('https://billing.stripe.test/**');
});

/** Opens the dialog of that button, reads in it what the change does, and makes it. */
async function change(page: Page, button: string, effect: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog', { name: `${button}?`.replace('Change', 'Change to') });
  await dialog.getByText(effect).waitFor();
  await dialog.getByRole('button', { name: /^(Change|Keep) plan$/ }).click();
  await dialog.waitFor({ state: 'detached' });
}
