import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { checkLineFile, STANDARD_OUTPUT } from '../access-log/line-file.ts';
import { DEFAULT_PLACES } from '../request/credential-places.ts';
import { type Address, formatAddress } from './address.ts';
import type { CommandLine } from './command-line.ts';
import type { AccessLogConfig, Config, RouteConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './expand-variables.ts';
import { type GatewayFile, type RouteFile, route } from './gateway-file.ts';
import { type ReadFile, readGatewayFile } from './read-gateway-file.ts';
import { metadataPath, metadataRoute, metadataUrl } from './resource-metadata.ts';

const LISTEN = { host: '127.0.0.1', port: 7430 };
const ADMIN = { host: '127.0.0.1', port: 7431 };
const STATE_DIR = 'gateway-state';
const NO_CONTROL_PLANE =
  'The address of the control plane is needed: give --control-plane, or "controlPlane" in gateway.yaml';

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
  const read = readGatewayFile(path ?? 'gateway.yaml', text, env);
  const { file } = read;
  const folder = path === undefined ? process.cwd() : dirname(resolve(path));
  const routes = routesOf(file, options);
  const forwardAuth = file.forwardAuth ?? routes.every(({ upstream }) => upstream === null);
  const listen = options.listen ?? file.listen ?? LISTEN;
  const admin = options.admin ?? file.admin ?? ADMIN;
  const controlPlane = options.controlPlane ?? file.controlPlane;
  const faults = [
    ...addressFaults(listen, admin),
    ...routeFaults(read, options, routes, forwardAuth),
  ];
  if (controlPlane === undefined) faults.push(NO_CONTROL_PLANE);
  const tls = file.tls ? await readTls(file.tls, folder, read, faults) : null;
  const accessLog = file.accessLog ? readAccessLog(file.accessLog, folder, read, faults) : null;
  if (faults.length > 0 || controlPlane === undefined) throw new ConfigError(faults);
  return {
    listen,
    admin,
    tls,
    stateDir:
      options.stateDir !== undefined || file.stateDir === undefined
        ? resolve(options.stateDir ?? STATE_DIR)
        : resolve(folder, file.stateDir),
    workers: options.workers ?? file.workers,
    staleMaxMs: file.staleMaxMs,
    transparencyLogKey: file.transparencyLogKey ?? null,
    trustedProxies: file.trustedProxies,
    forwardAuth,
    methodHeader: file.methodHeader,
    limits: file.limits,
    perKey: file.perKey,
    accessLog,
    routes,
    controlPlane,
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
    inspect: given.inspect ?? null,
    answer: null,
    metadataUrl: metadata ? metadataUrl(metadata) : null,
  };
  return metadata ? [route, metadataRoute(route, metadata)] : [route];
}

function wholeRoute(upstream: URL) {
  return route(z.string()).parse({ path: '/', upstream: upstream.href });
}

function addressFaults(listen: Address, admin: Address): string[] {
  if (listen.port === 0 || formatAddress(listen) !== formatAddress(admin)) return [];
  return [`"listen" and "admin" are both ${formatAddress(admin)}: give one of them another port`];
}

function routeFaults(
  read: ReadFile,
  options: Options,
  routes: readonly RouteConfig[],
  forwardAuth: boolean,
): string[] {
  const { file } = read;
  const faults: string[] = [];
  if (file.routes && options.upstream) {
    faults.push('--upstream and the routes of gateway.yaml exclude each other: give one of them');
  }
  const firsts = new Map<string, PropertyKey[]>();
  for (const [at, path] of pathsOf(file)) {
    const first = firsts.get(path);
    if (first)
      faults.push(read.faultAt(at, `is the same as in line ${read.lineOf(first)}, case aside`));
    else firsts.set(path, at);
  }
  for (const [index, { inspect, inspectBytesMax, ...each }] of (file.routes ?? []).entries()) {
    if (!inspect) continue;
    const at = ['routes', index];
    if (inspectBytesMax > file.limits.inspectedBytesMax) {
      const reason = 'is above "limits.inspectedBytesMax", which is for all bodies together';
      faults.push(read.faultAt([...at, 'inspectBytesMax'], reason));
    }
    if (each.upstream || each.upstreams) continue;
    const reason = 'needs an upstream: proxies that ask for decisions send no bodies';
    faults.push(read.faultAt([...at, 'inspect'], reason));
  }
  if (forwardAuth) return faults;
  if (routes.length === 0) {
    faults.push('There is nothing to do: give --upstream or routes, or turn forwardAuth on');
  }
  for (const [index, { upstream, upstreams }] of (file.routes ?? []).entries()) {
    if (upstream || upstreams) continue;
    faults.push(read.faultAt(['routes', index], 'needs an upstream while forwardAuth is off'));
  }
  return faults;
}

/** Where each path is written that the gateway answers, which no other route can have. */
function* pathsOf({ routes = [] }: GatewayFile): Generator<[at: PropertyKey[], path: string]> {
  for (const [index, { path, mcp }] of routes.entries()) {
    yield [['routes', index, 'path'], path.replace(/\/$/, '').toLowerCase()];
    if (!mcp) continue;
    const at = ['routes', index, 'mcp', 'resourceMetadata', 'resource'];
    yield [at, metadataPath(mcp.resourceMetadata).toLowerCase()];
  }
}

/** Refuses a file that cannot be written, rather than serve without the log that was asked for. */
function readAccessLog(
  { file, sample }: AccessLogConfig,
  folder: string,
  { faultAt }: ReadFile,
  faults: string[],
): AccessLogConfig {
  const path = file === STANDARD_OUTPUT ? file : resolve(folder, file);
  try {
    checkLineFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? `the folder "${dirname(path)}" does not exist` : code;
    faults.push(
      faultAt(['accessLog', 'file'], `cannot be opened for writing at "${path}": ${reason}`),
    );
  }
  return { file: path, sample };
}

async function readTls(
  files: { readonly cert: string; readonly key: string },
  folder: string,
  { faultAt }: ReadFile,
  faults: string[],
): Promise<Config['tls']> {
  const read = async (name: 'cert' | 'key') => {
    const path = resolve(folder, files[name]);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      faults.push(faultAt(['tls', name], `cannot be read from "${path}": ${readFault(error)}`));
      return undefined;
    }
  };
  const cert = await read('cert');
  const key = await read('key');
  if (cert === undefined || key === undefined) return null;
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const both = `"${files.cert}" and "${files.key}"`;
    faults.push(faultAt(['tls'], `has ${both}, which cannot be used together: ${reason}`));
  }
  return { cert, key };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path} cannot be read: ${readFault(error)}`]);
  }
}

function readFault(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'it does not exist' : code;
}
