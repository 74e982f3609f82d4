/** Gateways for the browser: what lets one in, and the Fleet page by what a person reads. */
import type { Gateway, JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import type { Fleet } from '../../packages/gateway-core/src/index.ts';
import { makeStateDir, start } from '../../packages/gateway-core/src/testing/start.ts';
import type { ClaimedDashboard } from './dashboard.ts';

const JOIN_LINE =
  /^TOLLKEEPER_JOIN_KEY=(\S+) npx tollkeeper gateway --control-plane (\S+) --upstream \S+$/;

export async function openFleet(page: Page): Promise<void> {
  await page.goto('/fleet');
  await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
}

export function gatewayRow(page: Page, name: string): Locator {
  return page
    .getByRole('table', { name: 'Gateways' })
    .getByRole('row')
    .filter({ has: page.getByRole('button', { name, exact: true }) });
}

export function joinKeyRow(page: Page, name: string): Locator {
  return page
    .getByRole('table', { name: 'Join keys' })
    .getByRole('row')
    .filter({ has: page.getByText(name, { exact: true }) });
}

export async function chooseGatewayAction(page: Page, name: string, action: string) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Makes a join key on the page. @returns the line to run, as it was copied */
export async function copyJoinLine(page: Page, name: string, label?: string): Promise<string> {
  await page.getByRole('button', { name: 'New join key' }).click();
  const dialog = page.getByRole('dialog', { name: 'New join key' });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  if (label) await dialog.getByRole('textbox', { name: 'Labels' }).fill(label);
  await dialog.getByRole('button', { name: 'Create join key' }).click();
  await page.getByText('Waiting for the gateway…').waitFor();
  await page.getByRole('button', { name: 'Copy command' }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** What a toast or a panel says of a change that all gateways have applied. */
export const EVERYWHERE = /^Applied on (\d+) of \1 gateways? in \d/;

/**
 * The toast of that title, with the pointer on it. It stays for as long as the pointer does; otherwise
 * it goes after ten seconds, and on a busy machine what it is to say takes longer.
 */
export async function holdToast(page: Page, title: string): Promise<Locator> {
  const toast = page.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) });
  await toast.hover();
  return toast;
}

/** A gateway as the line's command runs one, until the test ends. */
export function runGateway(line: string, options: Partial<RunOptions> = {}): Promise<Fleet> {
  return startAt(parseLine(line), options);
}

interface RunOptions {
  readonly name: string;
  readonly hostname: string;
  readonly staleMaxMs: number | null;
  readonly stateDir: string;
}

async function startAt({ joinKey, controlPlane }: JoinLine, options: Partial<RunOptions>) {
  const stateDir = options.stateDir ?? (await makeStateDir());
  return start({ joinKey, controlPlane, ...options, stateDir });
}

/** The same by a join key that nobody made on a page. */
export async function addGateway(
  { owner, baseUrl }: ClaimedDashboard,
  options: Partial<RunOptions>,
  joinKey: object = {},
): Promise<Fleet> {
  const { body } = await owner.post<JoinKeyWithSecret>('/v1/join-keys', joinKey);
  return startAt({ joinKey: body.secret ?? '', controlPlane: baseUrl }, options);
}

/** Removes all gateways, so that the next test begins with none. */
export async function emptyFleet({ owner }: ClaimedDashboard): Promise<void> {
  const { body } = await owner.get<{ data: Gateway[] }>('/v1/gateways');
  await Promise.all(body.data.map(({ id }) => owner.delete(`/v1/gateways/${id}`)));
}

interface JoinLine {
  readonly joinKey: string;
  readonly controlPlane: string;
}

function parseLine(line: string): JoinLine {
  const [, joinKey, controlPlane] = JOIN_LINE.exec(line) ?? [];
  if (!joinKey || !controlPlane) throw new Error(`Not a line that joins: ${line}`);
  return { joinKey, controlPlane };
}
