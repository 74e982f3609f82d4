import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const GRAVE = ['serious', 'critical'];

/** Fails on what axe calls a serious or critical violation, in the light and in the dark theme. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor({ state: 'attached' });
    await settled(page);
    expect(await findViolations(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}

async function findViolations(page: Page): Promise<string[]> {
  // Legacy mode: the pages have no frames, and the other mode opens a second page each time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
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
