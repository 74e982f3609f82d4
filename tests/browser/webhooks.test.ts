import { beforeAll, it } from 'vitest';
import { deliverDue } from '../../apps/control-plane/src/features/webhooks/index.ts';
import { expectAccessible } from './accessible.ts';
import { type OwnDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

let dashboard: OwnDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
});

it('creates an endpoint for chosen events, and shows why a test event did not arrive', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/webhooks');
  await page.getByRole('button', { name: 'Create endpoint' }).click();
  const form = page.getByRole('dialog', { name: 'New webhook endpoint' });
  await form.getByLabel('Name', { exact: true }).fill('Security channel');
  await form.getByLabel('URL', { exact: true }).fill('http://hooks.example/');
  await form.getByLabel('All events', { exact: true }).uncheck();
  await form.getByLabel('Search events').fill('revoked an api key');
  await form.getByLabel('Revoked an API key').check();
  await expectAccessible(page, 'New webhook endpoint');
  await form.getByRole('button', { name: 'Create endpoint' }).click();
  await form.getByText('must begin with https://').waitFor();
  await form.getByLabel('URL', { exact: true }).fill('https://hooks.example/');
  await form.getByRole('button', { name: 'Create endpoint' }).click();
  const secret = page.getByRole('dialog', { name: 'Signing secret: Security channel' });
  await secret.getByRole('button', { name: 'Copy signing secret' }).click();
  await secret.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: 'Security channel' }).click();
  await page.getByRole('button', { name: 'Send test event' }).click();
  await page.getByText('A test event is on its way').waitFor();
  const { services } = dashboard;
  const outgoing = { ...services.outgoing, resolve: async () => [] };
  await deliverDue({ ...services, outgoing });
  await page.getByText('No answer').click();
  await page.getByText('The name "hooks.example" has no address').waitFor();
  await expectAccessible(page, 'A webhook endpoint');
});
