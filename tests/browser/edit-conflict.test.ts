/** Two people, or two tabs of one, who edit the same thing. */
import type { ApiKeyDetail, ApiKeyWithSecret, Role } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { openWindow } from './window.ts';

let dashboard: ClaimedDashboard;
let page: Page;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

beforeEach(async () => {
  page = await openWindow(dashboard, { as: dashboard.owner });
});

it('shows what was changed of a key since it was opened, and saves both edits', async () => {
  const { id } = await given(
    dashboard.owner.post<ApiKeyWithSecret>('/v1/api-keys', {
      ...{ name: 'shared', profile: 'custom', scopes: ['api_keys.read', 'usage.read'] },
    }),
  );
  await page.goto(`/api-keys/${id}`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit shared' });
  await dialog.getByRole('checkbox', { name: 'audit.read' }).check();
  await given(
    dashboard.owner.patch(`/v1/api-keys/${id}`, { name: 'theirs', scopes: ['api_keys.read'] }),
  );

  await dialog.getByRole('button', { name: 'Save changes' }).click();
  const notice = conflictOf(dialog, 'This key was changed since you opened it');
  await notice.getByText(turned('shared', 'theirs')).waitFor();
  await notice.getByText('Removed: usage.read').waitFor();
  await expectAccessible(page, 'Edit shared');
  const changes = dialog.getByRole('region', { name: 'Changes' });
  expect(await changes.getByRole('listitem').allTextContents()).toEqual(['Added: audit.read']);
  expect(await changes.getByText('Name').count()).toBe(0);

  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const key = await given(dashboard.owner.get<ApiKeyDetail>(`/v1/api-keys/${id}`));
  expect(key).toMatchObject({ name: 'theirs', scopes: ['api_keys.read', 'audit.read'] });
});

it('shows what was changed of a role', async () => {
  const role = { name: 'Shared', description: 'before', scopes: ['usage.read'] };
  const { id } = await given(dashboard.owner.post<Role>('/v1/roles', role));
  await page.goto('/roles');
  await page.getByRole('button', { name: 'Actions for Shared' }).click();
  await page.getByRole('menuitem', { name: 'Edit…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit Shared' });
  await dialog.getByLabel('Name', { exact: true }).fill('Mine');
  await given(dashboard.owner.patch(`/v1/roles/${id}`, { name: 'Theirs', description: 'after' }));

  await dialog.getByRole('button', { name: 'Save role' }).click();
  const notice = conflictOf(dialog, 'This role was changed since you opened it');
  await notice.getByText(turned('before', 'after')).waitFor();
  expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('Mine');
  expect(await dialog.getByLabel('Description').inputValue()).toBe('after');

  await dialog.getByRole('button', { name: 'Save role' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const { data } = await given(dashboard.owner.get<{ data: Role[] }>('/v1/roles'));
  expect(data.find((each) => each.id === id)).toMatchObject({ name: 'Mine', description: 'after' });
});

it('shows what was changed of the security settings', async () => {
  await page.goto('/security');
  const hours = page.getByLabel('Sessions end after, in hours');
  await hours.fill('100');
  await given(
    dashboard.owner.patch('/v1/security', { sessionHoursMax: 200, keyUnusedDaysMax: 60 }),
  );

  await page.getByRole('button', { name: 'Save rules' }).click();
  const notice = conflictOf(page, 'These rules were changed since you opened them');
  await notice.getByText(turned('never', '60 days')).waitFor();
  await notice.getByText(turned('168 hours', '200 hours')).waitFor();
  expect(await hours.inputValue()).toBe('100');

  await page.getByRole('button', { name: 'Save rules' }).click();
  await page.getByText('Saved the security settings').waitFor();
  expect(await given(dashboard.owner.get('/v1/security'))).toMatchObject({
    sessionHoursMax: 100,
    keyUnusedDaysMax: 60,
  });
  await notice.waitFor({ state: 'hidden' });
});

function conflictOf(form: Page | Locator, title: string): Locator {
  return form.getByRole('alert').filter({ hasText: title });
}

/** As one reads it aloud, with the arrow that only the eye sees. */
function turned(from: string, to: string): RegExp {
  return new RegExp(`^from ${from} →to ${to}$`);
}

async function given<T>(answer: Promise<{ status: number; body: T }>): Promise<T> {
  const { status, body } = await answer;
  expect(status).toBeLessThan(300);
  return body;
}
