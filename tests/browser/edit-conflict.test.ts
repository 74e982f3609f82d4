/** Two people, or two tabs of one, who edit the same thing. */
import type {
  ApiKeyDetail,
  ApiKeyWithSecret,
  Gateway,
  Role,
  Workspace,
} from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { addGateway, chooseGatewayAction, openFleet } from './gateways.ts';
import { openMembers } from './member-list.ts';
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

it('shows that somebody else renamed it', async () => {
  const created = { name: 'staging', environment: 'test' };
  const { id } = await given(dashboard.owner.post<Workspace>('/v1/workspaces', created));
  await page.goto('/workspaces');
  await page.getByRole('button', { name: 'Actions for staging' }).click();
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename workspace' });
  await dialog.getByLabel('Name').fill('mine');
  await given(dashboard.owner.patch(`/v1/workspaces/${id}`, { name: 'theirs' }));

  await dialog.getByRole('button', { name: 'Rename' }).click();
  const notice = conflictOf(dialog, 'This workspace was changed since you opened it');
  await notice.getByText(turned('staging', 'theirs')).waitFor();
  await expectAccessible(page, 'Rename workspace');
  expect(await dialog.getByLabel('Name').inputValue()).toBe('mine');

  await dialog.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('Renamed to mine').waitFor();
});

it('adds the labels that were entered to those that somebody else saved', async () => {
  const workspaceId = await idOf('/v1/workspaces', 'default');
  await addGateway(dashboard, { name: 'edge' }, { workspaceId });
  const id = await idOf('/v1/gateways', 'edge');
  await given(dashboard.owner.patch(`/v1/gateways/${id}`, { labels: { spot: 'yes' } }));
  await openFleet(page);
  await chooseGatewayAction(page, 'edge', 'Edit labels…');
  const dialog = page.getByRole('dialog', { name: 'Labels of edge' });
  await dialog.getByRole('textbox', { name: 'Labels' }).fill('tier=a,');
  await given(dashboard.owner.patch(`/v1/gateways/${id}`, { labels: { region: 'eu-1' } }));

  await dialog.getByRole('button', { name: 'Save labels' }).click();
  const notice = conflictOf(dialog, 'This gateway was changed since you opened it');
  await notice.getByText('Added: region=eu-1').waitFor();
  await notice.getByText('Removed: spot=yes').waitFor();

  await dialog.getByRole('button', { name: 'Save labels' }).click();
  await page.getByText('Changed the labels of edge').waitFor();
  const { labels } = await given(dashboard.owner.get<Gateway>(`/v1/gateways/${id}`));
  expect(labels).toEqual({ region: 'eu-1', tier: 'a' });
  await given(dashboard.owner.patch(`/v1/gateways/${id}`, { labels: {} }));

  await chooseGatewayAction(page, 'edge', 'Rename…');
  const rename = page.getByRole('dialog', { name: 'Rename gateway' });
  await rename.getByLabel('Name').fill('mine');
  await given(dashboard.owner.patch(`/v1/gateways/${id}`, { draining: true }));
  await rename.getByRole('button', { name: 'Rename' }).click();
  await conflictOf(rename, 'This gateway was changed since you opened it')
    .getByText(turned('no', 'yes'))
    .waitFor();
  await rename.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('Renamed to mine').waitFor();
});

it('shows which role somebody else gave to the member', async () => {
  await join(dashboard, dashboard.owner, 'Mia', 'role_viewer');
  const memberId = await idOf('/v1/members', 'Mia');
  await openMembers(page);
  await page.getByRole('button', { name: 'Actions for Mia' }).click();
  await page.getByRole('menuitem', { name: 'Change role…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change the role of Mia' });
  await dialog.getByLabel('Role').selectOption({ label: 'Admin' });
  await given(dashboard.owner.patch(`/v1/members/${memberId}`, { roleId: 'role_developer' }));

  await dialog.getByRole('button', { name: 'Change role' }).click();
  const title = 'This member was given another role since you opened the dialog';
  await conflictOf(dialog, title).getByText(turned('Viewer', 'Developer')).waitFor();
  await dialog.getByText('Currently Developer.').waitFor();

  await dialog.getByRole('button', { name: 'Change role' }).click();
  await page.getByText('Mia is now Admin').waitFor();
});

function conflictOf(form: Page | Locator, title: string): Locator {
  return form.getByRole('alert').filter({ hasText: title });
}

async function idOf(list: string, name: string): Promise<string> {
  const { data } = await given(dashboard.owner.get<{ data: { id: string; name: string }[] }>(list));
  const found = data.find((each) => each.name === name);
  if (!found) throw new Error(`${name} is not in ${list}`);
  return found.id;
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
