import type { Locator, Page } from 'playwright-core';

const STEPS_MAX = 60;

/** Presses Tab until the element has the focus, as somebody without a mouse would. */
export async function pressTabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Not reached with ${STEPS_MAX} times Tab: ${target}`);
}

export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
