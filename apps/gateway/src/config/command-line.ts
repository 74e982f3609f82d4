import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findUnknownVariables } from '@tollkeeper/contract';
import { ADDRESS_SHAPE, type Address, parseAddress } from './address.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './expand-variables.ts';
import { WORKERS_MAX } from './gateway-file.ts';
import { upstream } from './upstream-settings.ts';

/** What the command line says; undefined leaves it to gateway.yaml, or to the default. */
export interface CommandLine {
  /** Empty where the variable is. */
  readonly joinKey: string | undefined;
  readonly controlPlane: string | undefined;
  readonly upstream: URL | undefined;
  readonly listen: Address | undefined;
  readonly admin: Address | undefined;
  readonly stateDir: string | undefined;
  readonly name: string | undefined;
  readonly workers: number | undefined;
  readonly config: string | undefined;
  /** Redis in which gateways count rate limits together. */
  readonly redisUrl: URL | undefined;
}

const OPTIONS = {
  'join-key-file': { type: 'string' },
  'control-plane': { type: 'string' },
  upstream: { type: 'string' },
  listen: { type: 'string' },
  admin: { type: 'string' },
  'state-dir': { type: 'string' },
  name: { type: 'string' },
  workers: { type: 'string' },
  config: { type: 'string' },
} as const;

/**
 * Reads the options, and the variables that replace some of them. A join key comes from a file,
 * standard input or the environment: every user of the machine can read the arguments of a process.
 * @throws ConfigError naming every option at fault
 */
export function readCommandLine(args: readonly string[], env: Environment): CommandLine {
  const values = parse(args);
  const faults = findUnknownVariables(Object.keys(env));
  const read = <T>(
    option: string,
    text: string | undefined,
    parse: (text: string) => T | string,
  ) => {
    const value = text === undefined ? undefined : parse(text);
    if (typeof value === 'string') faults.push(`${option} ${value}`);
    return typeof value === 'string' ? undefined : value;
  };
  const address = (text: string) => parseAddress(text) ?? ADDRESS_SHAPE;
  const controlPlane = values['control-plane'] ?? env.TOLLKEEPER_CONTROL_PLANE;
  const commandLine = {
    joinKey:
      read('--join-key-file', values['join-key-file'], readJoinKey)?.text ??
      (env.TOLLKEEPER_JOIN_KEY || undefined) ??
      read('TOLLKEEPER_JOIN_KEY_FILE', env.TOLLKEEPER_JOIN_KEY_FILE || undefined, readJoinKey)
        ?.text ??
      env.TOLLKEEPER_JOIN_KEY,
    controlPlane: read('--control-plane', controlPlane || undefined, parseControlPlane)?.href,
    upstream: read('--upstream', values.upstream, (text) => {
      const parsed = upstream.safeParse(text);
      return parsed.success ? parsed.data : (parsed.error.issues[0]?.message ?? 'is no URL');
    }),
    listen: read('--listen', values.listen, address),
    admin: read('--admin', values.admin, address),
    stateDir: values['state-dir'],
    name: values.name,
    workers: read('--workers', values.workers, parseWorkers),
    config: values.config,
    redisUrl: read('REDIS_URL', readRedisUrl(env), parseRedisUrl),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return commandLine;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // Its message may quote the argument, but never the value of an option that it knows.
    throw new ConfigError([error instanceof Error ? error.message : 'The options cannot be read']);
  }
}

/** @param path `-` is standard input */
function readJoinKey(path: string): { readonly text: string } | string {
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8').trim();
    return text === '' ? 'holds no join key' : { text };
  } catch (error) {
    return `cannot be read (${error instanceof Error ? error.message : error})`;
  }
}

/** Itself, or the text of the file that REDIS_URL_FILE names: it may hold a password. */
function readRedisUrl({ REDIS_URL, REDIS_URL_FILE }: Environment): string | undefined {
  if (REDIS_URL || !REDIS_URL_FILE) return REDIS_URL || undefined;
  try {
    return readFileSync(REDIS_URL_FILE, 'utf8').trim();
  } catch {
    return '';
  }
}

function parseRedisUrl(text: string): URL | string {
  const url = URL.parse(text);
  return url && /^rediss?:$/.test(url.protocol)
    ? url
    : 'must be a URL such as redis://127.0.0.1:6379, or REDIS_URL_FILE a file with one';
}

function parseControlPlane(text: string): URL | string {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol)
    ? url
    : 'must be a URL such as https://tollkeeper.example.com';
}

function parseWorkers(text: string): number | string {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= WORKERS_MAX ? count : `must be a number from 1 to ${WORKERS_MAX}`;
}
