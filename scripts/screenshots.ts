/**
 * `npm run screenshots`: pictures of the main pages in .screenshots/, of a server made up for them.
 * With --readme also docs/api-keys.png.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../tests/browser/launch-chromium.ts';
import { startSampleServer } from './sample-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, '.screenshots');
const README_PICTURE = join(ROOT, 'docs/api-keys.png');

const WINDOWS = {
  wide: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

interface Shot {
  readonly name: string;
  readonly path: string;
  /** What the page shows once it is complete. */
  readonly shows: string;
  /** Presses what leads from the page to what the picture shows. */
  readonly before?: (page: Page) => Promise<void>;
}

type Scene = Awaited<ReturnType<typeof startSampleServer>>;

function shots({ keyId }: Scene): readonly Shot[] {
  return [
    { name: 'api-keys', path: '/api-keys', shows: 'staging-gateway' },
    { name: 'api-key', path: `/api-keys/${keyId}`, shows: 'Permissions' },
    { name: 'create-key', path: '/api-keys', shows: 'staging-gateway', before: openCreateDialog },
    { name: 'fleet', path: '/fleet', shows: 'edge-fra-1' },
    { name: 'join-key', path: '/fleet', shows: 'edge-fra-1', before: createJoinKey },
    { name: 'members', path: '/members', shows: 'Grace Hopper' },
    { name: 'roles', path: '/roles', shows: 'Developer' },
    { name: 'workspaces', path: '/workspaces', shows: 'production' },
    { name: 'audit-log', path: '/audit-log', shows: 'Created the organization' },
    { name: 'organization', path: '/organization', shows: 'Danger zone' },
    { name: 'security', path: '/security', shows: 'What this change affects' },
    { name: 'account-security', path: '/account-security', shows: 'Set up authenticator app' },
  ];
}

await mkdir(FOLDER, { recursive: true });
const scene = await startSampleServer();
const browser = await launchChromium();
try {
  for (const theme of ['light', 'dark'] as const) {
    await takeAll(browser, scene, theme, 'wide');
  }
  await takeAll(browser, scene, 'light', 'phone');
} finally {
  await browser.close();
  await scene.close();
}
if (process.argv.includes('--readme')) {
  await copyFile(join(FOLDER, 'api-keys-wide-light.png'), README_PICTURE);
  console.log(relative(ROOT, README_PICTURE));
}

async function takeAll(
  browser: Browser,
  scene: Scene,
  colorScheme: 'light' | 'dark',
  size: keyof typeof WINDOWS,
): Promise<void> {
  const context = await browser.newContext({
    baseURL: scene.baseUrl,
    viewport: WINDOWS[size],
    colorScheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
  });
  await context.addCookies([...scene.cookies]);
  const page = await context.newPage();
  for (const shot of shots(scene)) {
    await page.goto(shot.path);
    await page.getByText(shot.shows, { exact: true }).filter({ visible: true }).first().waitFor();
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
    await shot.before?.(page);
    await drawn(page);
    const path = join(FOLDER, `${shot.name}-${size}-${colorScheme}.png`);
    await page.screenshot({ path });
    console.log(relative(ROOT, path));
  }
  await context.close();
}

async function openCreateDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'Use the name cursor-dev' }).click();
  await page.getByRole('radio', { name: 'Custom' }).check();
  await page.getByRole('checkbox', { name: 'All of API keys' }).check();
}

async function createJoinKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New join key' }).click();
  await page.getByLabel('Workspace', { exact: true }).selectOption('production (live)');
  await page.getByRole('button', { name: 'Create join key' }).click();
  await page.getByText('Waiting for the gateway…').waitFor();
}

/** The plots load after the page. */
async function drawn(page: Page): Promise<void> {
  const figures = await page.locator('figure').all();
  for (const figure of figures) {
    await figure.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' });
  }
  await page.evaluate(() => document.fonts.ready);
}
