/** Gateways for the browser: what lets one in, and the Fleet page by what a person reads. */
import { generateKeyPairSync } from 'node:crypto';
import type { JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Locator, Page } from 'playwright-core';
import { createClient } from '../../apps/control-plane/src/testing/client.ts';
import type { ClaimedDashboard } from './dashboard.ts';

const JOIN_LINE = /^npx tollkeeper gateway --join-key (\S+) --control-plane (\S+) --upstream \S+$/;

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

/** Joins as the line's command would. @returns the gateway's id */
export async function joinBy(line: string, name: string): Promise<string> {
  const [, joinKey = '', controlPlane = ''] = JOIN_LINE.exec(line) ?? [];
  const stranger = createClient(controlPlane, {});
  const joined = await stranger.post<{ gatewayId: string }>('/v1/gateways/join', {
    joinKey,
    publicKey: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x,
    name,
    softwareVersion: '0.1.0',
  });
  if (joined.status !== 201) throw new Error(joined.problem.detail);
  return joined.body.gatewayId;
}

/** A gateway that joined, and does nothing. @returns its id */
export async function addGateway(
  { owner, baseUrl }: ClaimedDashboard,
  name: string,
): Promise<string> {
  const { body } = await owner.post<JoinKeyWithSecret>('/v1/join-keys', {});
  return joinBy(
    `npx tollkeeper gateway --join-key ${body.secret} --control-plane ${baseUrl} --upstream x`,
    name,
  );
}

/** As if all gateways had just said that they decide with the newest version. */
export async function applyAll({ query }: ClaimedDashboard): Promise<void> {
  await query(`insert into gateway_version
    select g.id, w.version, clock_timestamp() from gateway g
    join workspace w on w.id = g.workspace_id on conflict do nothing`);
  await query(`update gateway g set applied_version = w.version, last_seen_at = clock_timestamp()
    from workspace w where w.id = g.workspace_id`);
}
