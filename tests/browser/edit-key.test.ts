import type { ApiKeyDetail, ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

it('shows what saving changes, and changes only that', async () => {
  const { id } = await createCustomKey({ allowedIps: ['192.0.2.0/24'] });
  const { page, dialog } = await openEditor(id);
  const save = dialog.getByRole('button', { name: 'Save changes' });
  await dialog.getByText('Nothing has changed.').waitFor();
  expect(await save.isDisabled()).toBe(true);

  await dialog.getByRole('checkbox', { name: 'usage.read' }).uncheck();
  await dialog.getByRole('checkbox', { name: 'audit.read' }).check();
  await dialog.getByRole('radio', { name: '7 days' }).check();
  await dialog.getByLabel('Allowed IP ranges').fill('10.0.0.0/8');
  await dialog.getByRole('button', { name: 'Add range' }).click();
  await dialog.getByRole('button', { name: 'Remove 192.0.2.0/24' }).click();
  const changes = dialog.getByRole('region', { name: 'Changes' });
  expect(await changes.getByRole('listitem').allTextContents()).toEqual([
    'Added: audit.read',
    'Removed: usage.read',
    'Added: 10.0.0.0/8',
    'Removed: 192.0.2.0/24',
  ]);
  await changes.getByText('never').waitFor();
  expect(await changes.getByText('Name').count()).toBe(0);

  await save.click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText(/^in 7 days$/).waitFor();
  const { body } = await dashboard.owner.get<ApiKeyDetail>(`/v1/api-keys/${id}`);
  expect(body).toMatchObject({
    name: 'edited',
    profile: 'custom',
    scopes: expect.toSatisfy((scopes: string[]) => scopes.includes('audit.read')),
    allowedIps: ['10.0.0.0/8'],
  });
  expect(body.scopes).not.toContain('usage.read');
});

it('offers no scope that the editor does not hold, and says why; of those that the key has, only removal', async () => {
  const { client } = await join(dashboard, dashboard.owner, 'Dora', 'role_developer');
  const { body } = await client.post<ApiKeyWithSecret>('/v1/api-keys', {
    name: 'of a developer',
    profile: 'custom',
    scopes: ['usage.read'],
  });
  await dashboard.query(`update api_key set scopes = scopes || '{billing.manage}' where id = $1`, [
    body.id,
  ]);
  const { page, dialog } = await openEditor(body.id, client);

  await dialog.getByText('This key holds scopes that you do not hold').waitFor();
  expect(await dialog.getByRole('checkbox', { name: 'billing.read' }).isDisabled()).toBe(true);
  const beyond = dialog.getByRole('checkbox', { name: 'billing.manage' });
  await dialog.getByText('You do not hold it: you can only remove it').waitFor();
  await dialog.getByRole('radio', { name: '7 days' }).check();
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'billing.manage' }).waitFor();

  await beyond.uncheck();
  expect(await beyond.isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('1 of 1 scope in force now').waitFor();
});

it('shows a refused expiry at its field', async () => {
  const { id } = await createCustomKey({});
  const { dialog } = await openEditor(id);
  await dashboard.owner.patch('/v1/security', { keyLifetimeDaysMax: 30 });
  await dialog.getByRole('radio', { name: '1 year' }).check();
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog
    .getByRole('group', { name: 'Expires' })
    .getByText(/lives 30 days at most/)
    .waitFor();
  await dashboard.owner.patch('/v1/security', { keyLifetimeDaysMax: null });
});

async function createCustomKey(part: object): Promise<ApiKeyWithSecret> {
  const { body } = await dashboard.owner.post<ApiKeyWithSecret>('/v1/api-keys', {
    name: 'edited',
    profile: 'custom',
    scopes: ['api_keys.read', 'usage.read'],
    expiresAt: null,
    ...part,
  });
  return body;
}

async function openEditor(
  id: string,
  as = dashboard.owner,
): Promise<{ page: Page; dialog: Locator }> {
  const page = await openWindow(dashboard, { as });
  await page.goto(`/api-keys/${id}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: /^Edit / });
  await dialog.getByLabel('Name', { exact: true }).waitFor();
  return { page, dialog };
}
