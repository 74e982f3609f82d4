/** The whole way, with every part a process of its own, as people have it. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { startUpstream } from '../fleet/upstream.ts';
import { createKey, type Key } from '../processes/keys.ts';
import { type ClaimedDashboard, startDashboardProcess } from './dashboard.ts';
import {
  chooseGatewayAction,
  copyJoinLine,
  EVERYWHERE,
  gatewayRow,
  holdToast,
  openFleet,
} from './gateways.ts';
import { runJoinLine } from './join-line.ts';
import { eventually, openWindow } from './window.ts';

let dashboard: ClaimedDashboard;

beforeAll(async () => {
  dashboard = await startDashboardProcess('enterprise');
});

it('makes a gateway of the copied line, which lets a key through until it is disabled', async () => {
  const key = await createKey(dashboard.owner, 'caller');
  const page = await openWindow(dashboard, { as: dashboard.owner });
  await openFleet(page);
  const line = await copyJoinLine(page, 'first');
  const gateway = await runJoinLine(line, await startUpstream(), 'edge-1');
  await page.getByRole('status').getByText('Gateway edge-1 joined').waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await gatewayRow(page, 'edge-1').getByText('Connected').waitFor();

  expect(await call(gateway, key)).toBe('served');
  expect(await call(gateway, { ...key, secret: 'no key' })).toBe('invalid_key');
  // Its calls by known keys in the last minute, as it reports them.
  await gatewayRow(page, 'edge-1').getByRole('cell', { name: '1', exact: true }).waitFor();

  await disable(page, key);
  expect(await call(gateway, key)).toBe('disabled');
  await remove(page);
  await eventually(() => call(gateway, key)).toBe('gateway_removed');
});

/** What the caller gets: the upstream's answer, or the code of the refusal. */
async function call(gateway: string, { secret }: Key): Promise<string> {
  const answer = await fetch(gateway, { headers: { authorization: `Bearer ${secret}` } });
  return answer.ok ? answer.text() : ((await answer.json()) as { code: string }).code;
}

async function disable(page: Page, key: Key): Promise<void> {
  await page.goto(`/api-keys/${key.id}`);
  await page.getByRole('button', { name: 'Disable' }).click();
  const toast = await holdToast(page, 'Disabled caller');
  await toast.getByText(EVERYWHERE).waitFor();
}

async function remove(page: Page): Promise<void> {
  await openFleet(page);
  await chooseGatewayAction(page, 'edge-1', 'Remove…');
  await page.getByLabel('Type the name of the gateway').fill('edge-1');
  await page.getByRole('button', { name: 'Remove gateway' }).click();
  await page.getByRole('heading', { name: 'No gateways yet' }).waitFor();
}
