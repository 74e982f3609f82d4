/** The API keys page, by what a person reads and presses. */
import type { Locator, Page } from 'playwright-core';

export async function openKeys(page: Page, search = ''): Promise<void> {
  await page.goto(`/api-keys${search}`);
  await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
}

export function rowOf(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
}

/** Waits until the key's row says that status. */
export async function seeStatus(page: Page, name: string, status: string): Promise<void> {
  await rowOf(page, name).getByText(status, { exact: true }).waitFor();
}

export async function chooseAction(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Names of the keys in the order of the table. */
export function listedNames(page: Page): Promise<string[]> {
  return page
    .getByRole('table', { name: 'API keys' })
    .locator('tbody a[href*="/api-keys/"]')
    .allTextContents();
}

/** One of the numbers above the list, such as "Total keys". */
export async function numberOf(page: Page, term: string): Promise<string> {
  const number = page
    .getByRole('region', { name: 'Key numbers' })
    .locator('dl > div')
    .filter({ has: page.getByText(term, { exact: true }) })
    .locator('dd > span')
    .first()
    .filter({ hasText: /\S/ });
  return (await number.textContent()) ?? '';
}

/** The plot in words: "3 accepted and 1 denied. …". */
export async function callsInWords(page: Page): Promise<string> {
  const figure = page.getByRole('figure', { name: 'API calls in the last 24 hours' });
  return (await figure.locator('figcaption', { hasText: 'accepted' }).textContent()) ?? '';
}
