/** The dashboard in a Chromium, before a control plane of the test file's own. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Plan } from '@tollkeeper/contract';
import type { Browser } from 'playwright-core';
import type { App } from '../../apps/control-plane/src/app.ts';
import type { BillingConfig } from '../../apps/control-plane/src/config-stripe.ts';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { claimServer, startTestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { buildDashboard } from '../../scripts/programs.mjs';
import { makeFolder } from '../processes/child-process.ts';
import { type ControlPlane, startControlPlane } from '../processes/control-plane.ts';
import { connectTo, urlOf } from '../processes/pair.ts';
import { launchChromium } from './launch-chromium.ts';

export interface Dashboard {
  readonly baseUrl: string;
  readonly browser: Browser;
}

export interface FreshDashboard extends Dashboard {
  readonly controlPlane: ControlPlane;
}

/** Before a server that runs in this process. */
export interface OwnDashboard extends ClaimedDashboard {
  readonly services: App['services'];
}

export interface ClaimedDashboard extends Dashboard {
  /** The owner's session, without a browser. */
  readonly owner: Client;
  /** The database, beside the control plane. */
  query<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
}

const PORTS_FROM = 20_000;
const PORTS_COUNT = 10_000;
/** The built pages, of which `openBrowser` makes sure. */
export const PAGES = fileURLToPath(new URL('../../apps/dashboard/dist', import.meta.url));

/** As people have it: a process on its own embedded database, which nobody owns yet. */
export async function startFreshDashboard(): Promise<FreshDashboard> {
  const [browser, dataDir] = await Promise.all([openBrowser(), makeFolder()]);
  const controlPlane = await startControlPlane({ dataDir });
  return { baseUrl: controlPlane.baseUrl, controlPlane, browser };
}

/** As people have it: a process, with an owner and an organization of that plan. */
export async function startDashboardProcess(plan: Plan): Promise<ClaimedDashboard> {
  const [database, browser] = await Promise.all([createTestDatabase(), openBrowser()]);
  const { baseUrl } = await startControlPlane({ databaseUrl: urlOf(database) });
  return claim({ baseUrl, browser }, database, plan);
}

interface Options {
  /** By which people reach the server. Passkeys need a name: they belong to a domain. */
  readonly host?: string;
  /** What sends mail; without it the server sends none. */
  readonly mail?: { url: string; from: string };
  /** Who bills; the operator, by agreement, unless given. */
  readonly billing?: Partial<BillingConfig>;
}

/**
 * An owner and an organization of that plan, before a server that runs in this process: a process of
 * its own takes more time to start than most files take for all their tests.
 */
export async function startDashboard(
  plan: Plan,
  { host = '127.0.0.1', mail, billing }: Options = {},
): Promise<OwnDashboard> {
  const [database, browser, port] = await Promise.all([
    createTestDatabase(),
    openBrowser(),
    ownPort(),
  ]);
  const baseUrl = `http://${host}:${port}`;
  const at = { database, baseUrl, port, dashboardDir: PAGES };
  const { services } = await startTestApp({
    ...at,
    ...(mail ? { mail } : {}),
    ...(billing ? { billing } : {}),
  });
  return { ...(await claim({ baseUrl, browser }, database, plan)), services };
}

async function claim(
  dashboard: Dashboard,
  database: Awaited<ReturnType<typeof createTestDatabase>>,
  plan: Plan,
): Promise<ClaimedDashboard> {
  const owner = await claimServer(dashboard);
  const query = connectTo(database);
  await query('update organization set plan = $1', [plan]);
  return { ...dashboard, owner, query };
}

let port: Promise<number> | undefined;

/**
 * One for the servers of all files of a worker, one after the other, so that the windows of one file
 * serve the next. Below the ports that systems give out themselves: nobody takes it in between.
 */
function ownPort(): Promise<number> {
  port ??= findPort(PORTS_FROM + (process.pid % PORTS_COUNT));
  return port;
}

async function findPort(candidate: number): Promise<number> {
  const server = createServer();
  try {
    await once(server.listen(candidate, '127.0.0.1'), 'listening');
    return candidate;
  } catch {
    return findPort(candidate + 1);
  } finally {
    server.close();
  }
}

let browser: Promise<Browser> | undefined;

/**
 * One for all files of a worker, with the pages built: each window has cookies and storage of its own.
 * It ends with the worker.
 */
export function openBrowser(): Promise<Browser> {
  browser ??= buildDashboard().then(launchChromium);
  return browser;
}
