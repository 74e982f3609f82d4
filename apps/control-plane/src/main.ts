/** The control plane as a process: reads the environment, listens, drains on SIGTERM. */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '@tollkeeper/gateway-core';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type App, createApp } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { createLog } from './log.ts';
import { recordRunningServer, runningServersFolder } from './server-records.ts';
import { describeStartError } from './start-error.ts';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

/** How long a start under way may take to end once the process begins to stop, in milliseconds. */
const START_MS = 20_000;

let config: Config | undefined;
let isStopping = () => false;
try {
  config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const starting = start(config, log);
  isStopping = endWith(starting, log);
  await starting;
} catch (error) {
  if (!isStopping()) {
    const sentence = describeStartError(error, config);
    if (sentence === undefined) console.error(error);
    else process.stderr.write(`${sentence}\n`);
    process.exit(1);
  }
}

interface Running {
  readonly app: App;
  readonly database: OpenDatabase;
  /** Removes the record by which `tollkeeper admin` finds this server. */
  readonly removeRecord: () => void;
}

async function start(given: Config, log: Logger): Promise<Running> {
  const held = given.port === 0 ? await holdFreePort(given.host) : undefined;
  const config = held ? { ...given, port: held.port } : given;
  const baseUrl = config.baseUrl ?? `http://${reachableHost(config.host)}:${config.port}`;
  const database = await openDatabase(
    config,
    (message) => log.info(message),
    `pid ${process.pid}, started ${new Date().toISOString()}, serving ${baseUrl}`,
  );
  let app: App | undefined;
  let removeRecord: (() => void) | undefined;
  try {
    app = await createApp({
      database: database.config,
      baseUrl,
      secret: config.secret ?? (await readOrCreateSecret(config.dataDir)),
      setupToken: config.setupToken,
      trustedProxies: config.trustedProxies,
      mail: config.mail,
      witnesses: config.witnesses,
      webhookAllowance: config.webhookAllowance,
      githubKeys: config.githubKeys,
      billing: config.billing,
      dashboardDir: existsSync(`${DASHBOARD}/index.html`) ? DASHBOARD : undefined,
      version: packageJson.version,
      log,
      clock: () => new Date(),
    });
    // First, so that `tollkeeper admin` finds every server that answers.
    removeRecord = await record(config, baseUrl, log);
    await held?.release();
    await app.server.listen({ port: config.port, host: config.host });
    await announce(app, config, baseUrl);
  } catch (error) {
    removeRecord?.();
    await app?.close().catch(() => undefined);
    await database.close();
    throw error;
  }
  return { app, database, removeRecord };
}

/** Without a record the operator names the data folder: no reason not to serve. */
async function record(config: Config, baseUrl: string, log: Logger): Promise<() => void> {
  const { dataDir, databaseUrl } = config;
  try {
    const hasDatabaseUrl = databaseUrl !== undefined;
    return await recordRunningServer(runningServersFolder(process.env), {
      pid: process.pid,
      baseUrl,
      dataDir,
      hasDatabaseUrl,
    });
  } catch (error) {
    log.warn(
      { err: error },
      'cannot record this server: "tollkeeper admin" needs --data-dir to find it',
    );
    return () => undefined;
  }
}

/** Printed on the terminal, not logged: the link gives its reader access. */
async function announce({ setup }: App, config: Config, baseUrl: string): Promise<void> {
  process.stdout.write(`\nTollkeeper is ready at ${baseUrl}\n`);
  if (await setup.isOpen()) {
    // In the fragment, which no browser sends and no server logs.
    process.stdout.write(
      `Nobody owns it yet. Claim it once, here: ${baseUrl}/setup#token=${setup.token}\n`,
    );
  }
  if (config.baseUrl === undefined && isAnyAddress(config.host)) {
    process.stdout.write(
      'It listens on all addresses. To open it from another machine, set TOLLKEEPER_BASE_URL to the address that people use.\n',
    );
  }
  process.stdout.write('\n');
}

/**
 * A start under way is let through first: what it opened until then would else stay behind.
 * @returns whether the process is stopping
 */
function endWith(starting: Promise<Running>, log: Logger): () => boolean {
  let ending = false;
  const end = async (reason: string, code: number) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'stopping');
    const started = starting.catch((error: unknown) => {
      // Ctrl+C also reaches what the start runs, such as initdb.
      log.info({ err: error }, 'the start was cut short');
      return 'failed' as const;
    });
    const running = await Promise.race([started, delay(START_MS, 'stuck' as const)]);
    if (running === 'failed') process.exit(code);
    if (running === 'stuck') process.exit(1);
    process.exit((await close(running, log)) ?? code);
  };
  process.on('SIGTERM', () => void end('SIGTERM', 0));
  process.on('SIGINT', () => void end('SIGINT', 0));
  const watch = async ({ database }: Running) => {
    log.fatal({ err: await database.lost }, 'the embedded database is gone');
    await end('database lost', 1);
  };
  starting.then(watch, () => undefined);
  return () => ending;
}

/** Gives an exit code when something was left undone. */
async function close(
  { app, database, removeRecord }: Running,
  log: Logger,
): Promise<number | undefined> {
  try {
    await app.close();
    return undefined;
  } catch (error) {
    log.error({ err: error }, 'shutdown failed');
    return 1;
  } finally {
    await database.close();
    removeRecord();
  }
}

/** No browser opens the address that stands for all of a machine's. */
function reachableHost(host: string): string {
  if (isAnyAddress(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]*:[0:]*$/.test(host);
}

interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

/**
 * Holds a free port until the server can listen on it, seconds later. Everything that names the server
 * has to name its port before that.
 */
async function holdFreePort(host: string): Promise<HeldPort> {
  const holder = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject).listen(0, host, resolve);
  });
  return {
    port: (holder.address() as AddressInfo).port,
    release: () =>
      new Promise((resolve) => {
        holder.close(() => resolve());
      }),
  };
}

/**
 * The secret that signs sessions, made at the first start and kept in the data folder for its
 * owner alone. Written beside and linked into place: two first starts agree on one secret.
 */
async function readOrCreateSecret(dataDir: string): Promise<string> {
  await makeFolder(dataDir);
  const path = join(dataDir, 'secret');
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found.length >= 32) return found;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  return readFile(path, 'utf8');
}
