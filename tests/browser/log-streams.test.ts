import { beforeAll, it } from 'vitest';
import { deliverStreamsDue } from '../../apps/control-plane/src/features/log-streams/index.ts';
import { expectAccessible } from './accessible.ts';
import { type OwnDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

let dashboard: OwnDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
});

it('creates a stream, and shows why it fails and what a test said', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/log-streams');
  await page.getByRole('button', { name: 'Create stream' }).click();
  const form = page.getByRole('dialog', { name: 'New log stream' });
  await form.getByLabel('Name', { exact: true }).fill('Security archive');
  await form.getByLabel('URL', { exact: true }).fill('http://splunk.example');
  await form.getByLabel('HEC token').fill('hec-token-of-splunk');
  await expectAccessible(page, 'New log stream');
  await form.getByRole('button', { name: 'Create stream' }).click();
  await form.getByText('must begin with https://').waitFor();
  await form.getByLabel('URL', { exact: true }).fill(`https://${'x'.repeat(64)}.example`);
  await form.getByRole('button', { name: 'Create stream' }).click();

  await page.getByRole('link', { name: 'Security archive' }).click();
  await page.getByRole('button', { name: 'Send test event' }).click();
  await page.getByText('The test event did not arrive').waitFor();
  await deliverStreamsDue(dashboard.services);
  await page.getByText('This stream is failing').waitFor();
  await page.getByText('No answer', { exact: true }).first().waitFor();
  await expectAccessible(page, 'A log stream');

  // Who moves a stream gives its secret again.
  await page.getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit Security archive' });
  await edit.getByLabel('URL', { exact: true }).fill(`https://${'y'.repeat(64)}.example`);
  await edit.getByLabel('Index').fill('audit');
  await edit.getByRole('button', { name: 'Save stream' }).click();
  await edit.getByText('must be given again').waitFor();
  await expectAccessible(page, 'Edit log stream');
  await edit.getByLabel('HEC token').fill('another-token');
  await edit.getByRole('button', { name: 'Save stream' }).click();
  await edit.waitFor({ state: 'hidden' });
  await page.getByText(`https://${'y'.repeat(64)}.example`).waitFor();
});
