/** The control plane as a process: reads the environment, listens, drains on SIGTERM. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { type App, createApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { EmbeddedPostgresError } from './db/embedded/index.ts';
import { type OpenDatabase, openDatabase } from './db/open-database.ts';
import { readOrCreateSecret } from './secret-file.ts';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/dist', import.meta.url));

try {
  await start(readConfig(process.env));
} catch (error) {
  if (
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError ||
    isListenError(error)
  ) {
    process.stderr.write(`${sentence(error)}\n`);
  } else {
    console.error(error);
  }
  process.exit(1);
}

async function start(config: Config): Promise<void> {
  const log: Logger = pino({ level: config.logLevel });
  const baseUrl = config.baseUrl ?? `http://${urlHost(config.host)}:${config.port}`;
  const database = await openDatabase(
    config,
    (message) => log.info(message),
    `pid ${process.pid}, started ${new Date().toISOString()}, serving ${baseUrl}`,
  );
  let app: App | undefined;
  try {
    app = await createApp({
      database: database.config,
      baseUrl,
      secret: config.secret ?? (await readOrCreateSecret(config.dataDir)),
      setupToken: config.setupToken,
      trustedProxies: config.trustedProxies,
      dashboardDir: existsSync(`${DASHBOARD}/index.html`) ? DASHBOARD : undefined,
      version: packageJson.version,
      log,
      clock: () => new Date(),
    });
    await app.server.listen({ port: config.port, host: config.host });
  } catch (error) {
    await app?.close().catch(() => undefined);
    await database.close();
    throw error;
  }
  endWith(app, database, log);
  await announce(app, baseUrl);
}

/** For whoever stands at the terminal, not for the log: the link lets its reader in. */
async function announce({ setup }: App, baseUrl: string): Promise<void> {
  process.stdout.write(`\nTollkeeper is ready at ${baseUrl}\n`);
  if (await setup.isOpen()) {
    // In the fragment, which no browser sends and no server logs.
    process.stdout.write(
      `Nobody owns it yet. Claim it once, here: ${baseUrl}/setup#token=${setup.token}\n`,
    );
  }
  process.stdout.write('\n');
}

function endWith(app: App, database: OpenDatabase, log: Logger): void {
  let ending = false;
  const end = async (reason: string, code: number) => {
    if (ending) return;
    ending = true;
    log.info({ reason }, 'stopping');
    try {
      await app.close();
    } catch (error) {
      log.error({ err: error }, 'could not end in order');
      process.exitCode = 1;
    }
    await database.close();
    process.exit(process.exitCode ?? code);
  };
  process.on('SIGTERM', () => void end('SIGTERM', 0));
  process.on('SIGINT', () => void end('SIGINT', 0));
  void database.lost.then((error) => {
    log.fatal({ err: error }, 'the embedded database is gone');
    void end('database lost', 1);
  });
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function sentence(error: Error): string {
  if (!isListenError(error)) return error.message;
  if (error.code === 'EADDRINUSE')
    return `${error.message}. Another program listens there; set PORT to a free one.`;
  return `${error.message}. Check HOST and PORT.`;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
