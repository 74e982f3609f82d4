/** The dashboard as people have it: a Chromium before a control plane that runs as a process. */
import type { Plan } from '@tollkeeper/contract';
import type { Browser } from 'playwright-core';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { freePort } from '../processes/child-process.ts';
import { type ControlPlane, startControlPlane } from '../processes/control-plane.ts';
import { connectTo, urlOf } from '../processes/pair.ts';
import { launchChromium } from './launch-chromium.ts';

export interface Dashboard {
  readonly baseUrl: string;
  readonly controlPlane: ControlPlane;
  readonly browser: Browser;
}

export interface ClaimedDashboard extends Dashboard {
  /** The owner's session, without a browser. */
  readonly owner: Client;
  /** The database, beside the control plane. */
  query<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
}

/** A fresh server on its own embedded database, which nobody owns yet. */
export async function startFreshDashboard(): Promise<Dashboard> {
  const [browser, controlPlane] = await Promise.all([openBrowser(), startControlPlane()]);
  return { baseUrl: controlPlane.baseUrl, controlPlane, browser };
}

/** A server with an owner and an organization of that plan. */
export async function startDashboard(plan: Plan): Promise<ClaimedDashboard> {
  return startAt(plan, (port) => `http://127.0.0.1:${port}`);
}

/** A server that people reach by a name, which passkeys need: they belong to a domain. */
export async function startDashboardAt(host: string, plan: Plan): Promise<ClaimedDashboard> {
  const urlAt = (port: number) => `http://${host}:${port}`;
  return startAt(plan, urlAt, (port) => ({ TOLLKEEPER_BASE_URL: urlAt(port) }));
}

async function startAt(
  plan: Plan,
  urlAt: (port: number) => string,
  envAt: (port: number) => Readonly<Record<string, string>> = () => ({}),
): Promise<ClaimedDashboard> {
  const config = await createTestDatabase();
  const port = await freePort();
  const baseUrl = urlAt(port);
  const env = envAt(port);
  const [browser, controlPlane] = await Promise.all([
    openBrowser(),
    startControlPlane({ databaseUrl: urlOf(config), port, env }),
  ]);
  const owner = await claimServer({ baseUrl });
  const query = connectTo(config);
  await query('update organization set plan = $1', [plan]);
  return { baseUrl, controlPlane, browser, owner, query };
}

let browser: Promise<Browser> | undefined;

/** One for all files of a worker: each window has cookies and storage of its own. It ends with the worker. */
export function openBrowser(): Promise<Browser> {
  browser ??= launchChromium();
  return browser;
}
