import { HOSTILE_NAMES } from '@tollkeeper/contract/testing';
import { beforeAll, expect, it } from 'vitest';
import {
  deriveNotifications,
  findKeyFindings,
} from '../../apps/control-plane/src/features/notifications/index.ts';
import { expectAccessible } from './accessible.ts';
import { type OwnDashboard, startDashboard } from './dashboard.ts';
import { eventually, openWindow } from './window.ts';

const DAY_MS = 86_400_000;

let dashboard: OwnDashboard;

beforeAll(async () => {
  dashboard = await startDashboard('pro');
});

interface Chosen {
  readonly kinds: readonly object[];
}

it('shows what happened in the bell until it is read, and lets a person choose of what', async () => {
  const { owner, services } = dashboard;
  // As many as are no summary yet.
  const names = HOSTILE_NAMES.slice(0, 5).map(({ text }) => text);
  const expiresAt = new Date(Date.now() + 10 * DAY_MS).toISOString();
  for (const name of names) {
    await owner.post('/v1/api-keys', { name, profile: 'read-only', expiresAt });
  }
  await deriveNotifications(services);
  await findKeyFindings({ ...services, clock: () => new Date(Date.now() + 8 * DAY_MS) });

  const page = await openWindow(dashboard, { as: owner });
  await page.goto('/api-keys');
  await page.getByRole('button', { name: 'Notifications: 5 unread' }).click();
  const bell = page.getByRole('dialog', { name: 'Notifications' });
  for (const name of names) await bell.getByText(`Your API key "${name}" expires`).waitFor();
  await expectAccessible(page, 'The open bell');
  await bell.getByRole('button', { name: 'Mark all as read' }).click();
  await bell.getByRole('button', { name: 'Mark all as read' }).waitFor({ state: 'hidden' });
  await bell.getByRole('link', { name: 'All notifications and preferences' }).click();

  await page.getByRole('heading', { name: 'Notifications', level: 1 }).waitFor();
  const own = page.getByRole('region', { name: 'Your preferences' });
  await own.getByRole('combobox', { name: 'Your key expires soon' }).selectOption('mail');
  await eventually(
    async () => (await owner.get<Chosen>('/v1/notifications/preferences')).body.kinds,
  ).toContainEqual(expect.objectContaining({ kind: 'api_key_expiring', channel: 'mail' }));
  await expectAccessible(page, 'Notifications');

  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Notifications', exact: true }).click();
  await bell.getByText(`Your API key "${names[0]}" expires`).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

it('connects a channel, tests it, and says why it fails', async () => {
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await page.goto('/chat-destinations');
  await page.getByRole('button', { name: 'Create destination' }).click();
  const form = page.getByRole('dialog', { name: 'New chat destination' });
  await form.getByLabel('Name', { exact: true }).fill('#security');
  await form.getByLabel('URL', { exact: true }).fill('https://10.0.0.1/services/x');
  await form.getByRole('button', { name: 'Choose security' }).click();
  await form.getByRole('checkbox', { name: 'A gateway is gone' }).check();
  await expectAccessible(page, 'New chat destination');
  await form.getByRole('button', { name: 'Create destination' }).click();
  await form.getByText('must not name an address of a private').waitFor();
  await form.getByLabel('URL', { exact: true }).fill(`https://${'x'.repeat(64)}.example/secret`);
  await form.getByRole('button', { name: 'Create destination' }).click();

  await page.getByRole('button', { name: 'Actions for #security' }).click();
  await page.getByRole('menuitem', { name: 'Send test message' }).click();
  await page.getByText('#security did not receive the test message').waitFor();
  expect(await page.content()).not.toContain('example/secret');
  await expectAccessible(page, 'Chat destinations');
});
