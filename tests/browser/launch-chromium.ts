import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../scripts/test-programs.mjs';

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // What these compile for, the pages of tests do not live to see: a tenth of the browser's time.
  '--js-flags=--no-opt --no-maglev',
];

/** Starts the installed Chromium on a fresh profile, which goes when the browser is closed. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) {
    throw new Error('Cannot find Chromium: install it, or name one in CHROMIUM_PATH.');
  }
  return chromium.launch({ executablePath, headless: true, args: QUIET, timeout: 0 });
}
