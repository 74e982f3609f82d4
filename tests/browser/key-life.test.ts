import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { join } from '../../apps/control-plane/src/testing/join.ts';
import { withKey } from '../../apps/control-plane/src/testing/test-app.ts';
import { createKey, type Key } from '../processes/keys.ts';
import { expectAccessible } from './accessible.ts';
import { type ClaimedDashboard, startDashboard } from './dashboard.ts';
import { holdToast } from './gateways.ts';
import { chooseAction, numberOf, openKeys, rowOf, seeStatus } from './key-list.ts';
import { callWith, takeSecret } from './secret.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('enterprise');
});

const answer = (secret: string) => callWith(dashboard.baseUrl, secret);

it('disables a key until "Undo" in the toast, and enables it from the menu', async () => {
  const { page, key } = await openKeyInList('gateway-eu');
  expect(await answer(key.secret)).toBe('valid');

  await chooseAction(page, 'gateway-eu', 'Disable');
  const toast = await holdToast(page, 'Disabled gateway-eu');
  await seeStatus(page, 'gateway-eu', 'Disabled');
  expect(await answer(key.secret)).toBe('disabled');

  await toast.getByRole('button', { name: 'Undo' }).click();
  // While it fades, the toast still has the focus, and would take it back from a menu.
  await page.getByText('Disabled gateway-eu').waitFor({ state: 'hidden' });
  await seeStatus(page, 'gateway-eu', 'Active');
  expect(await answer(key.secret)).toBe('valid');

  await chooseAction(page, 'gateway-eu', 'Disable');
  await seeStatus(page, 'gateway-eu', 'Disabled');
  await chooseAction(page, 'gateway-eu', 'Enable');
  await seeStatus(page, 'gateway-eu', 'Active');
  expect(await answer(key.secret)).toBe('valid');
});

it('renames a key, and refuses a name that would mislead its reader', async () => {
  const { page } = await openKeyInList('cursor-dev');

  await chooseAction(page, 'cursor-dev', 'Edit…');
  const rename = page.getByRole('button', { name: 'Save changes' });
  await page.getByLabel('Name', { exact: true }).fill('cursor\u202eada');
  await rename.click();
  await page.getByText('Use visible text on one line').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('cursor-ada');
  await rename.click();

  await rowOf(page, 'cursor-ada').waitFor();
  expect(await rowOf(page, 'cursor-dev').count()).toBe(0);
});

it('rotates with a grace period in which both secrets work, and without one', async () => {
  const { page, key } = await openKeyInList('rotating');

  await chooseAction(page, 'rotating', 'Rotate secret…');
  await page.getByRole('radio', { name: '1 hour' }).check();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByText(/The old secret works until/).waitFor();
  const second = await takeSecret(page);
  expect([await answer(key.secret), await answer(second)]).toEqual(['valid', 'valid']);

  await page.getByRole('link', { name: 'rotating', exact: true }).click();
  await page.getByText('Two secrets work at the moment').waitFor();
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('radio', { name: 'None' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
  const third = await takeSecret(page);
  expect(await Promise.all([key.secret, second, third].map(answer))).toEqual([
    'invalid_key',
    'invalid_key',
    'valid',
  ]);
});

it('revokes a key for good, with the reason beside it, and what is still to end', async () => {
  const { page, key } = await openKeyInList('lost-laptop');

  await chooseAction(page, 'lost-laptop', 'Revoke…');
  await page.getByLabel('Other reason').fill('Left on a train');
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await seeStatus(page, 'lost-laptop', 'Revoked');
  expect(await answer(key.secret)).toBe('revoked');

  await beginCascade(key);
  await page.getByRole('link', { name: 'lost-laptop', exact: true }).click();
  await page.getByText('Reason: Left on a train').waitFor();
  await page.getByText('Ending what the key created: 0 ended so far').waitFor();
  await dashboard.query('delete from running_cascade');
  const details = page.getByRole('region', { name: 'Details' });
  expect(await details.getByRole('term').allTextContents()).toContain('Revoked');
  expect(await details.getByRole('term').allTextContents()).not.toContain('Expires');
  expect(await page.getByRole('button', { name: /^(Enable|Disable|Rotate secret)$/ }).count()).toBe(
    0,
  );
});

it('revokes a leaked key with everything it created or rotated, unless that is unchecked', async () => {
  const { page, key } = await openKeyInList('leaked');
  const created = await createWith(key, 'made-by-leaked');
  await page.goto(`/api-keys/${created.id}`);
  await page.getByRole('link', { name: 'leaked', exact: true }).click();
  await page.getByRole('heading', { name: 'leaked', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Actions for leaked' }).click();
  await page.getByRole('menuitem', { name: 'Revoke…' }).click();
  const dialog = page.getByRole('dialog');
  const cascade = dialog.getByRole('checkbox', {
    name: 'And everything it created or rotated (1 key)',
  });
  expect(await cascade.isChecked()).toBe(false);
  await dialog.getByRole('radio', { name: 'Leaked' }).check();
  expect(await cascade.isChecked()).toBe(true);
  await expectAccessible(page, 'Revoke, with what the key created');
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await page.getByText('Reason: Leaked').waitFor();
  expect(await answer(created.secret)).toBe('revoked');
});

it('removes the members who joined by a leaked key, but for a colleague who is kept', async () => {
  const { client } = await makeOrganizationKey('leaked-inviter');
  const eve = await join(dashboard, client, 'Eve', 'role_viewer');
  const grace = await join(dashboard, client, 'Grace', 'role_viewer');
  const accomplice = await join(dashboard, dashboard.owner, 'Mallory', 'role_viewer');
  const promotion = { roleId: 'role_admin' };
  const promoted = await client.patch(`/v1/members/${accomplice.memberId}`, promotion);
  expect(promoted.status).toBe(200);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await chooseAction(page, 'leaked-inviter', 'Revoke…');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Leaked' }).check();
  await dialog
    .getByRole('checkbox', { name: 'And everything it created or rotated (2 members)' })
    .waitFor();
  await dialog.getByRole('checkbox', { name: 'Remove 2 members who joined' }).waitFor();
  await dialog
    .getByText('suspended or reinstated this way, who stay as they are: Mallory.')
    .waitFor();
  const link = dialog.getByRole('link', { name: 'Open members in a new tab' });
  expect(await link.getAttribute('href')).toBe('/members');
  await expectAccessible(page, 'Revoke, with the members who joined');
  await dialog.getByRole('checkbox', { name: 'Grace' }).uncheck();
  await dialog
    .getByRole('checkbox', { name: 'And everything it created or rotated (1 member)' })
    .waitFor();
  await dialog.getByText('1 member (Grace)').waitFor();
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await seeStatus(page, 'leaked-inviter', 'Revoked');
  expect((await eve.client.get('/v1/whoami')).status).toBe(404);
  expect((await grace.client.get('/v1/whoami')).status).toBe(200);
});

it('leaves what a key created alone, unless the person who deletes it says otherwise', async () => {
  const { page, key } = await openKeyInList('old-creator');
  const created = await createWith(key, 'made-by-old-creator');
  await chooseAction(page, 'old-creator', 'Delete permanently…');
  const cascade = page.getByRole('checkbox', {
    name: 'And everything it created or rotated (1 key)',
  });
  expect(await cascade.isChecked()).toBe(false);
  await page.getByLabel('Type the name of the key').fill('old-creator');
  await page.getByRole('button', { name: 'Delete permanently' }).click();
  await page.getByText('Deleted old-creator').waitFor();
  expect(await answer(created.secret)).toBe('valid');

  await page.goto(`/api-keys/${created.id}`);
  await page.getByText('A key that was deleted, or that you may not see').waitFor();
});

it('says who disabled a key, and why its owner may not enable it', async () => {
  const { client } = await join(dashboard, dashboard.owner, 'Dora', 'role_developer');
  const { body } = await client.post<ApiKeyWithSecret>('/v1/api-keys', {
    name: 'stopped',
    profile: 'custom',
    scopes: ['usage.read'],
  });
  await dashboard.owner.post(`/v1/api-keys/${body.id}/disable`, {});
  const page = await openWindow(dashboard, { as: client });
  await page.goto(`/api-keys/${body.id}`);
  await page.getByText('Disabled by Ada Owner').waitFor();
  const enable = page.getByRole('button', { name: 'Enable' });
  expect(await enable.isDisabled()).toBe(true);
  await enable.focus();
  await page
    .getByRole('tooltip', { name: /Ada Owner disabled it. Ask someone who holds the scope/ })
    .waitFor();
  await expectAccessible(page, 'A key that its owner may not enable');
});

it('deletes a key once its name was typed, and still counts it', async () => {
  const { page, key } = await openKeyInList('old-job');
  const total = await numberOf(page, 'Total keys');

  await chooseAction(page, 'old-job', 'Delete permanently…');
  const confirm = page.getByRole('button', { name: 'Delete permanently' });
  await page.getByLabel('Type the name of the key').fill('old-jo');
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel('Type the name of the key').fill('old-job');
  await confirm.click();

  await page.getByText('Deleted old-job').waitFor();
  await rowOf(page, 'old-job').waitFor({ state: 'hidden' });
  expect(await answer(key.secret)).toBe('invalid_key');
  await eventually(() => focusedLabel(page)).toMatch(/^Actions for /);
  await openKeys(page);
  expect(await numberOf(page, 'Total keys')).toBe(total);
});

/** As a cascade stands that other processes have not ended yet. */
async function beginCascade({ id }: Key): Promise<void> {
  const roots = JSON.stringify([{ id, name: 'lost-laptop', wasRevoked: false }]);
  await dashboard.query(
    `insert into running_cascade (organization_id, roots, member_id, scopes, request_id, created_at)
     select organization_id, $1, id, '{}', 'req_1', now() from member limit 1`,
    [roots],
  );
}

async function createWith(creator: Key, name: string): Promise<Key> {
  return createKey(withKey(dashboard, creator.secret), name);
}

async function makeOrganizationKey(name: string) {
  const body = { name, profile: 'organization' };
  const created = await dashboard.owner.post<ApiKeyWithSecret>('/v1/api-keys', body);
  return { client: withKey(dashboard, created.body.secret ?? '') };
}

it('moves the focus to the next row when that of a short list is deleted, and from its last to the page', async () => {
  for (const name of ['One', 'Two']) {
    await dashboard.owner.post('/v1/roles', { name, description: '', scopes: ['usage.read'] });
  }
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/roles');
  for (const [name, next] of [
    ['One', 'Actions for Two'],
    ['Two', undefined],
  ] as const) {
    await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete role' }).click();
    await page.getByText(`Deleted ${name}`).waitFor();
    await page.getByRole('row', { name: new RegExp(`^${name}`) }).waitFor({ state: 'hidden' });
    if (next) await eventually(() => focusedLabel(page)).toBe(next);
    else
      await eventually(() => page.evaluate(() => document.activeElement !== document.body)).toBe(
        true,
      );
  }
});

function focusedLabel(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
}

async function openKeyInList(name: string): Promise<{ page: Page; key: Key }> {
  const key = await createKey(dashboard.owner, name);
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openKeys(page);
  await seeStatus(page, name, 'Active');
  return { page, key };
}
