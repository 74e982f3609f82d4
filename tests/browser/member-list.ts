/** The Members page, and the way in by an invitation. */
import type { Locator, Page } from 'playwright-core';
import { PASSWORD } from '../../apps/control-plane/src/testing/people.ts';

export async function openMembers(page: Page): Promise<void> {
  await page.goto('/members');
  await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor();
}

export function memberRow(page: Page, name: string): Locator {
  return page
    .getByRole('table', { name: 'Members' })
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
}

/** Opens the dialog of that action, in which `fill` also presses the button. */
export async function changeMember(
  page: Page,
  name: string,
  action: string,
  fill: (dialog: Locator) => Promise<void>,
): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
  await fill(page.getByRole('dialog'));
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** @returns the link, which is shown because the server sends no mail */
export async function invite(page: Page, email: string, role: string): Promise<string> {
  await openMembers(page);
  await page.getByRole('button', { name: 'Invite member' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite member' });
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByLabel('Role').selectOption({ label: role });
  await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('table', { name: 'Open invitations' }).getByText(email).waitFor();
  return link;
}

/** Makes an account by the link, and so becomes a member. */
export async function acceptInvitation(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Repeat the password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept invitation' }).click();
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
}
