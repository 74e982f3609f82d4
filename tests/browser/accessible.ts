import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findLooks } from './looks.ts';

declare global {
  interface Window {
    /** Of the page, once it was checked. */
    readonly axe?: typeof axe;
    readonly findLooks?: typeof findLooks;
  }
}

/** Half the text to compile of what `axe.source` has, on every page anew. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = ['serious', 'critical'];
/** Of those that axe calls moderate or minor at most, the ones that take the most time. */
const NEVER_GRAVE = ['region', 'empty-heading', 'skip-link', 'landmark-unique'];
/** The rules that can fail in one theme alone: nothing but colours differs between the two. */
const COLOR_RULES = ['color-contrast', 'link-in-text-block'];

type Theme = 'light' | 'dark';

/**
 * The looks whose colours are right, by theme. Contrast takes most of axe's time, and a text that looks
 * as one that was checked, such as all of the navigation, has the same.
 */
const checked: Readonly<Record<Theme, Set<string>>> = { light: new Set(), dark: new Set() };

/** Fails on what axe calls a serious or critical violation, in the light and in the dark theme. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await settled(page);
  await loadAxe(page);
  const off = [...NEVER_GRAVE, ...COLOR_RULES];
  const rules = Object.fromEntries(off.map((id) => [id, { enabled: false }]));
  expect(await findViolations(page, { rules }), what).toEqual([]);

  const looks = await page.evaluate(() => [...(window.findLooks?.().keys() ?? [])]);
  expect(looks.length, `${what}: the texts whose colours are checked`).toBeGreaterThan(0);
  // What it shows already comes first: each change of the theme draws the whole page anew.
  const isDark = await page.evaluate(() => document.documentElement.dataset.theme === 'dark');
  for (const theme of isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const)) {
    const fresh = looks.filter((look) => !checked[theme].has(look));
    if (fresh.length === 0) continue;
    await show(page, theme);
    const found = await findViolations(page, { runOnly: COLOR_RULES }, fresh);
    expect(found, `${what}, ${theme}`).toEqual([]);
    for (const look of fresh) checked[theme].add(look);
  }
}

async function show(page: Page, colorScheme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme=${colorScheme}]`).waitFor({ state: 'attached' });
  await settled(page);
}

async function loadAxe(page: Page): Promise<void> {
  const isThere = await page.evaluate(() => window.axe !== undefined);
  if (!isThere) await page.evaluate(`${AXE}\nwindow.findLooks = ${findLooks};`);
}

/** @param looks of the texts to look at; the whole page unless given */
async function findViolations(
  page: Page,
  rules: Pick<axe.RunOptions, 'rules' | 'runOnly'>,
  looks?: readonly string[],
): Promise<string[]> {
  const options: axe.RunOptions = {
    // Otherwise axe also describes everything that is right, which takes most of its time.
    resultTypes: ['violations'],
    // Nothing but a moderate rule, and one that is off by default, needs style sheets and media.
    preload: false,
    ...rules,
  };
  const violations = await page.evaluate(runAxe, { options, looks });
  if (!violations) throw new Error('The page has lost axe: did it navigate while it was checked?');
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`),
    );
}

interface AxeInput {
  readonly options: axe.RunOptions;
  readonly looks: readonly string[] | undefined;
}

/** In the page. */
async function runAxe({ options, looks }: AxeInput): Promise<axe.Result[] | undefined> {
  const found = looks && window.findLooks?.();
  const include = looks?.flatMap((look) => found?.get(look) ?? []);
  // Whatever showed them has gone meanwhile.
  if (include?.length === 0) return [];
  const results = await window.axe?.run(include ? { include } : document, options);
  return results?.violations;
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
