import { expect, test } from 'vitest';
import { launchChromium } from './launch-chromium.ts';

test('starts a Chromium that renders a page', async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent('<h1>Tollkeeper</h1>');
    expect(await page.getByRole('heading').textContent()).toBe('Tollkeeper');
  } finally {
    await browser.close();
  }
});
