import type { Page } from 'playwright-core';

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function signOut(page: Page, how: 'Sign out' | 'Sign out everywhere'): Promise<void> {
  await page.getByRole('button', { name: /Account/ }).click();
  await page.getByRole('menuitem', { name: how, exact: true }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
}
