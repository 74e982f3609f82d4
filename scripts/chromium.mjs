import { delimiter, join } from 'node:path';
import { installDebianPackage, isExecutable } from './debian-package.mjs';
import { SetupError } from './processes.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** @returns {string | undefined} the browser that CHROMIUM_PATH names, else one that is installed */
export function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) return isExecutable(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...MAC_APPS].find(isExecutable);
}

/** The path of a Chromium, installed by apt if root; throws SetupError where there can be none. */
export async function requireChromium() {
  const found = findChromium();
  if (found) return found;
  const named = process.env.CHROMIUM_PATH;
  if (named) throw new SetupError(`CHROMIUM_PATH names "${named}", which cannot be run.`);
  await installDebianPackage('chromium');
  const installed = findChromium();
  if (installed) return installed;
  throw new SetupError(
    'The browser tests need Chromium: install the package chromium, or name one in CHROMIUM_PATH.',
  );
}
