import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

declare global {
  interface Window {
    /** Of the page, once it was checked. */
    readonly axe?: typeof axe;
  }
}

/** Half the text to compile of what `axe.source` has, on every page anew. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];
/** Of those that axe calls moderate or minor at most, the ones that take the most time. */
const NEVER_GRAVE = ['region', 'empty-heading', 'skip-link', 'landmark-unique'];
/** The rules that can fail in one theme alone: nothing but colours differs between the two. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

/** Fails on what axe calls a serious or critical violation, in the light and in the dark theme. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // What it shows already comes first: each change of the theme draws the whole page anew.
  const isDark = await page.evaluate(() => document.documentElement.dataset.theme === 'dark');
  const [first, second] = isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const);
  await show(page, first);
  expect(await findViolations(page), `${what}, ${first}`).toEqual([]);
  await show(page, second);
  expect(await findViolations(page, COLOR_RULES), `${what}, ${second}`).toEqual([]);
}

async function show(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme=${colorScheme}]`).waitFor({ state: 'attached' });
  await settled(page);
}

/** @param rules all that axe has unless given */
async function findViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const isThere = await page.evaluate(() => window.axe !== undefined);
  if (!isThere) await page.evaluate(AXE);
  const options: axe.RunOptions = {
    // Otherwise axe also describes everything that is right, which takes most of its time.
    resultTypes: ['violations'],
    // Nothing but a moderate rule, and one that is off by default, needs style sheets and media.
    preload: false,
    rules: Object.fromEntries(NEVER_GRAVE.map((id) => [id, { enabled: false }])),
    ...(rules ? { runOnly: [...rules] } : {}),
  };
  const results = await page.evaluate((chosen) => window.axe?.run(document, chosen), options);
  if (!results) throw new Error('The page has lost axe: did it navigate while it was checked?');
  return results.violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`),
    );
}

/** Half-way through a change of colours, contrast is nobody's. */
async function settled(page: Page): Promise<void> {
  // What a dialog hides may wait for the dialog's own answer.
  const busy = page.locator('[aria-busy=true]:not([aria-hidden=true] *)');
  await busy.first().waitFor({ state: 'detached' });
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
