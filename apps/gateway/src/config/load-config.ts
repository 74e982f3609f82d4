import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { checkLineFile, STANDARD_OUTPUT } from '../access-log/line-file.ts';
import { DEFAULT_PLACES } from '../request/credential-places.ts';
import type { CommandLine } from './command-line.ts';
import type { AccessLogConfig, Config, RouteConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './expand-variables.ts';
import { type GatewayFile, type RouteFile, route } from './gateway-file.ts';
import { readGatewayFile } from './read-gateway-file.ts';
import { metadataRoute, metadataUrl } from './resource-metadata.ts';

const LISTEN = { host: '127.0.0.1', port: 7430 };
const ADMIN = { host: '127.0.0.1', port: 7431 };
const STATE_DIR = 'gateway-state';

/**
 * The command line over gateway.yaml over the defaults. Paths of the command line begin at the
 * working directory, those of the file where the file is.
 * @throws ConfigError
 */
export async function loadConfig(
  { config: path, ...options }: CommandLine,
  env: Environment,
): Promise<Config> {
  const text = path === undefined ? '' : await readText(path);
  const file = readGatewayFile(path ?? 'gateway.yaml', text, env);
  const folder = path === undefined ? process.cwd() : dirname(resolve(path));
  const routes = routesOf(file, options);
  const forwardAuth = file.forwardAuth ?? routes.every(isForForwardAuth);
  const faults = findFaults(file, options, routes, forwardAuth);
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    listen: options.listen ?? file.listen ?? LISTEN,
    admin: options.admin ?? file.admin ?? ADMIN,
    tls: file.tls ? await readTls(file.tls, folder) : null,
    stateDir:
      options.stateDir !== undefined || file.stateDir === undefined
        ? resolve(options.stateDir ?? STATE_DIR)
        : resolve(folder, file.stateDir),
    workers: options.workers ?? file.workers,
    staleMaxMs: file.staleMaxMs,
    trustedProxies: file.trustedProxies,
    forwardAuth,
    methodHeader: file.methodHeader,
    limits: file.limits,
    perKey: file.perKey,
    accessLog: file.accessLog ? readAccessLog(file.accessLog, folder) : null,
    routes,
    controlPlane: options.controlPlane ?? file.controlPlane ?? null,
    name: options.name ?? file.name ?? null,
  };
}

type Options = Omit<CommandLine, 'config'>;

function routesOf(file: GatewayFile, { upstream }: Options): RouteConfig[] {
  const given = file.routes ?? (upstream ? [wholeRoute(upstream)] : []);
  return given
    .flatMap((each) => routesFor(each, file.limits.bodyBytesMax))
    .toSorted((one, other) => other.path.length - one.path.length);
}

/** The route, and the one at which clients read what it says about itself. */
function routesFor(
  { mcp, upstreams, balance, ejection, healthCheck, ...given }: RouteFile,
  bodyBytesMax: number,
): RouteConfig[] {
  const metadata = mcp?.resourceMetadata;
  const route: RouteConfig = {
    ...given,
    path: given.path.replace(/\/$/, ''),
    upstream: given.upstream ?? upstreams?.[0]?.url ?? null,
    balancing: upstreams
      ? {
          upstreams: upstreams.map(({ url, weight }) => ({ url: url.href, weight })),
          method: balance,
          ejection,
          healthCheck: healthCheck ?? null,
        }
      : null,
    headers: Object.entries(given.headers).flat(),
    cors: given.cors ?? null,
    credentials: given.credentials ?? DEFAULT_PLACES,
    bodyBytesMax: given.bodyBytesMax ?? bodyBytesMax,
    answer: null,
    metadataUrl: metadata ? metadataUrl(metadata) : null,
  };
  return metadata ? [route, metadataRoute(route, metadata)] : [route];
}

function wholeRoute(upstream: URL) {
  return route(z.string()).parse({ path: '/', upstream: upstream.href });
}

function findFaults(
  file: GatewayFile,
  options: Options,
  routes: readonly RouteConfig[],
  forwardAuth: boolean,
): string[] {
  const faults: string[] = [];
  if (file.routes && options.upstream) {
    faults.push('--upstream and the routes of gateway.yaml exclude each other: give one of them');
  }
  const paths = routes.map(({ path }) => path.toLowerCase());
  for (const path of new Set(paths.filter((path, at) => paths.indexOf(path) !== at))) {
    faults.push(`More than one route has the path "${path || '/'}" (case aside)`);
  }
  const idle = routes.filter(isForForwardAuth);
  if (!forwardAuth && routes.length === 0) {
    faults.push('There is nothing to do: give --upstream or routes, or turn forwardAuth on');
  } else if (!forwardAuth && idle.length > 0) {
    faults.push(`Route "${idle[0]?.path || '/'}" needs an upstream while forwardAuth is off`);
  }
  return faults;
}

function isForForwardAuth({ upstream, answer }: RouteConfig): boolean {
  return upstream === null && answer === null;
}

/** Refuses a file that cannot be written, rather than serve without the log that was asked for. */
function readAccessLog({ file, sample }: AccessLogConfig, folder: string): AccessLogConfig {
  const path = file === STANDARD_OUTPUT ? file : resolve(folder, file);
  try {
    checkLineFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`accessLog.file: "${path}" cannot be opened for writing: ${code}`]);
  }
  return { file: path, sample };
}

async function readTls(
  { cert, key }: { readonly cert: string; readonly key: string },
  folder: string,
): Promise<Config['tls']> {
  const tls = {
    cert: await readText(resolve(folder, cert)),
    key: await readText(resolve(folder, key)),
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`tls: "${cert}" and "${key}" cannot be used together: ${reason}`]);
  }
  return tls;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${path} cannot be read: ${code}`]);
  }
}
