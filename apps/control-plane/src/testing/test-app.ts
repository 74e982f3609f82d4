import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { type App, createApp } from '../app.ts';
import type { BillingConfig } from '../config-stripe.ts';
import type { ConnectionLimits } from '../db/connect.ts';
import type { GithubKeySource } from '../features/leaks/github-key-source.ts';
import { basePathOf } from '../http/server-options.ts';
import { RESUME_CASCADES } from '../jobs/index.ts';
import { createLog } from '../log.ts';
import { type Allowance, NOTHING_ALLOWED } from '../outgoing/index.ts';
import { checkAnswersOf } from './answer-faults.ts';
import { atFileEnd } from './at-file-end.ts';
import { type Client, createClient } from './client.ts';
import { createTestDatabase } from './test-database.ts';

export const SETUP_TOKEN = 'a-setup-token-for-tests';
export const OWNER = {
  name: 'Ada Owner',
  email: 'ada@example.com',
  password: 'correct horse battery',
};

/** Signs the sessions of tests. */
export const SESSION_SECRET = 'a secret that signs the sessions of tests';

export interface TestApp extends App {
  readonly baseUrl: string;
  readonly database: pg.ClientConfig;
  /** Every line that the server logged. */
  readonly logged: string[];
}

const BASE_URL = 'http://127.0.0.1';

/** Of a database on a busy machine; tests of the limits themselves set others. */
const PATIENT_LIMITS: ConnectionLimits = {
  statement_timeout: 60_000,
  lock_timeout: 60_000,
  query_timeout: 90_000,
};

/**
 * A real control plane on loopback, closed when the test file ends. What it answers on the API, and the
 * OpenAPI document does not declare, fails the test that asked for it.
 */
export async function startTestApp(
  options: {
    database?: pg.ClientConfig;
    limits?: ConnectionLimits;
    clock?: () => Date;
    mail?: { url: string; from: string };
    trustedProxies?: readonly string[];
    baseUrl?: string;
    /** Of 127.0.0.1; a free one unless given. */
    port?: number;
    dashboardDir?: string;
    billing?: Partial<BillingConfig>;
    webhookAllowance?: Allowance;
    githubKeys?: GithubKeySource;
    /** Jobs that run by themselves, beside those that every test has. */
    jobs?: readonly string[];
  } = {},
): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const logged: string[] = [];
  const log = createLog('debug', { write: (line) => void logged.push(line) });
  const app = await createApp({
    database: { ...database, ...(options.limits ?? PATIENT_LIMITS) },
    baseUrl: options.baseUrl ?? BASE_URL,
    secret: SESSION_SECRET,
    setupToken: SETUP_TOKEN,
    trustedProxies: options.trustedProxies ?? [],
    mail: options.mail ?? null,
    witnesses: [],
    webhookAllowance: options.webhookAllowance ?? NOTHING_ALLOWED,
    refusalMs: 0,
    githubKeys: options.githubKeys ?? null,
    billing: {
      ...{ provider: 'manual', planChanges: 'request', operatorEmail: null, stripe: null },
      ...options.billing,
    },
    dashboardDir: options.dashboardDir,
    version: '0.0.0-test',
    log,
    clock: options.clock ?? (() => new Date()),
    // Only when a test asks for it: an event must not come between two looks at the database.
    recordRefusalsMs: 2 ** 30,
    // Tests run the others themselves; each that is started asks the database once at every start.
    onlyJobs: [RESUME_CASCADES, ...(options.jobs ?? [])],
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= app.close();
    return closed;
  };
  atFileEnd(close);
  checkAnswersOf(app.server.server, basePathOf(options.baseUrl ?? BASE_URL));
  await app.server.listen({ port: options.port ?? 0, host: '127.0.0.1' });
  const { port } = app.server.server.address() as AddressInfo;
  return { ...app, close, baseUrl: `http://127.0.0.1:${port}`, database, logged };
}

/** Claims the server; the client that comes back acts by the owner's session. */
export async function claimServer(app: Pick<TestApp, 'baseUrl'>): Promise<Client> {
  const response = await fetch(`${app.baseUrl}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: SETUP_TOKEN, ...OWNER, organizationName: 'Acme' }),
  });
  if (response.status !== 201) throw new Error(`Set-up failed: ${await response.text()}`);
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return createClient(app.baseUrl, { cookie, origin: app.baseUrl });
}

/** A client that acts by a key. */
export function withKey(app: Pick<TestApp, 'baseUrl'>, secret: string): Client {
  return createClient(app.baseUrl, { authorization: `Bearer ${secret}` });
}
