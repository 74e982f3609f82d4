import { isScope, nearestName, parseScope, SCOPES } from '@tollkeeper/contract';
import { NOTE_ED25519, parseVkey } from '@tollkeeper/transparency-log';
import { parseIpRange } from '@tollkeeper/verify';
import { z } from 'zod';
import { KIND, kindOf } from '../request/header-kinds.ts';
import { ADDRESS_SHAPE, parseAddress } from './address.ts';
import { INSPECT_KINDS } from './config.ts';
import { originFault } from './cors-origin.ts';
import { type Environment, expandVariables } from './expand-variables.ts';
import { resourceMetadata } from './resource-metadata.ts';
import { isReserved, isRoutePath } from './route-path.ts';
import {
  ejection,
  healthCheck,
  time,
  timeouts,
  upstream,
  upstreamFaults,
  upstreams,
} from './upstream-settings.ts';

export const WORKERS_MAX = 64;
/** A larger head would cost more memory for each connection than a flood should get. */
const HEAD_BYTES_MAX = 128 * 1024;
const BYTES_MAX = Number.MAX_SAFE_INTEGER;
/** Of one body, which is held in memory until the upstream has it. */
const INSPECT_BYTES_MAX = 64 * 1024 ** 2;

const bytes = z.int().min(0).max(BYTES_MAX);

/** gateway.yaml, as it is written. @param env where the values of `${NAME}` are found */
export function gatewayFile(env: Environment) {
  const expanded = z.string().transform((text, ctx) => {
    const { value, unset } = expandVariables(text, env);
    for (const name of unset) {
      ctx.addIssue({ code: 'custom', message: `the environment variable ${name} is not set` });
    }
    return value;
  });
  return z.strictObject({
    listen: address.optional(),
    admin: address.optional(),
    tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
    controlPlane: z
      .url({ protocol: /^https?$/, error: 'must be a URL such as https://keys.example.com' })
      .optional(),
    name: z.string().min(1).max(64).optional(),
    stateDir: z.string().min(1).optional(),
    workers: z.int().min(1).max(WORKERS_MAX).default(1),
    staleMaxMs: z.int().min(1).nullable().default(null),
    transparencyLogKey: z
      .string()
      .refine(
        isLogKey,
        'must be the verifier key of the transparency log, as the Audit page shows it',
      )
      .optional(),
    trustedProxies: z.array(range).default([]),
    forwardAuth: z.boolean().optional(),
    methodHeader: methodHeader.nullable().default(null),
    limits: limits.prefault({}),
    perKey: z.strictObject({ callsMax: z.int().min(1).nullable().default(null) }).prefault({}),
    accessLog: accessLog.optional(),
    routes: z.array(route(expanded)).min(1).optional(),
  });
}
export type GatewayFile = z.output<ReturnType<typeof gatewayFile>>;

function isLogKey(text: string): boolean {
  try {
    return parseVkey(text).type === NOTE_ED25519;
  } catch {
    return false;
  }
}

const address = z.string({ error: ADDRESS_SHAPE }).transform((text, ctx) => {
  const parsed = parseAddress(text);
  if (parsed) return parsed;
  ctx.addIssue({ code: 'custom', message: ADDRESS_SHAPE });
  return z.NEVER;
});

const methodHeader = z
  .string()
  .toLowerCase()
  .pipe(
    z.enum(['x-forwarded-method', 'x-original-method'], {
      error: 'must be X-Forwarded-Method or X-Original-Method',
    }),
  );

const range = z.string().transform((text, ctx) => {
  const parsed = parseIpRange(text);
  if (parsed) return parsed;
  ctx.addIssue({ code: 'custom', message: 'must be an IP address or a range such as 10.0.0.0/8' });
  return z.NEVER;
});

const limits = z.strictObject({
  headerTimeoutMs: time.default(10_000),
  bodyTimeoutMs: time.default(30_000),
  keepAliveMs: time.default(60_000),
  headBytesMax: z
    .int()
    .min(1024)
    .max(HEAD_BYTES_MAX)
    .default(16 * 1024),
  connectionsMax: z.int().min(1).default(10_000),
  bodyBytesMax: bytes.default(1024 ** 3),
  inspectedBytesMax: z
    .int()
    .min(1024)
    .max(BYTES_MAX)
    .default(256 * 1024 ** 2),
  drainMs: time.default(30_000),
});

const accessLog = z.strictObject({
  file: z.string().min(1),
  sample: z.number().gt(0).max(1).default(1),
});

/** Which API scopes there are, only the control plane knows: keys lack those that there are not. */
const scope = z
  .string()
  .refine(isScope, {
    error: ({ input }) => {
      const { each } = nearestName(String(input), SCOPES);
      return `must be an API scope of yours, such as invoices.read, or a built-in one; the nearest is ${each}`;
    },
  })
  .transform(parseScope);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header may not hold
const HEADER_VALUE = /^[^\x00-\x08\x0a-\x1f\x7f\u0100-\uffff]*$/;
/** They tell how a message is framed, which the gateway does itself, or are its own. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|keep-alive|expect|x-tollkeeper-.*)$/i;

const headerName = z
  .string()
  .regex(TOKEN, 'is no name of a header')
  .refine((name) => !OWN_HEADERS.test(name), 'is a header that the gateway sets itself');

const credentialPlace = z.string().transform((text, ctx) => {
  const place = text.toLowerCase();
  const message = credentialFault(place);
  if (message === undefined) return place;
  ctx.addIssue({ code: 'custom', message });
  return z.NEVER;
});

function credentialFault(place: string): string | undefined {
  if (place === 'authorization') return 'must be written as "bearer", or as "basic"';
  if (place === 'sec-websocket-protocol') return 'must be written as "websocket-protocol"';
  if (!TOKEN.test(place)) return 'is no name of a header';
  const kind = kindOf(place);
  const isFree = place !== 'cookie' && (kind === KIND.plain || kind === KIND.apiKey);
  return isFree ? undefined : 'is a header that means something else';
}

const origin = z.string().superRefine((text, ctx) => {
  const message = originFault(text);
  if (message !== undefined) ctx.addIssue({ code: 'custom', message });
});
const anyHeader = z.string().regex(TOKEN, 'is no name of a header');
/** Browsers keep the answer to a preflight for at most a day. */
const MAX_AGE_MAX_MS = 86_400_000;

const cors = z
  .strictObject({
    origins: z.array(origin).min(1),
    methods: z
      .array(z.string().regex(/^[A-Z]+$/, 'must be a method in upper case, such as GET'))
      .min(1)
      .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    headers: z.array(anyHeader).default([]),
    exposedHeaders: z.array(anyHeader).default([]),
    credentials: z.boolean().default(false),
    maxAgeMs: z.int().min(0).max(MAX_AGE_MAX_MS).default(600_000),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    path: ['credentials'],
    message: 'needs origins by name: with "*", every page could use the cookies of its visitors',
  });

export type RouteFile = z.output<ReturnType<typeof route>>;

/** @param expanded reads a text with variables */
export function route(expanded: z.ZodType<string>) {
  const fields = z.strictObject({
    path: z
      .string()
      .refine(isRoutePath, 'must begin with "/" and hold plain segments, such as /v1/models')
      .refine((path) => !isReserved(path), "is the gateway's own, where it answers other proxies"),
    upstream: upstream.optional(),
    upstreams: upstreams.optional(),
    balance: z.enum(['round_robin', 'least_connections']).default('round_robin'),
    ejection: ejection.prefault({}),
    healthCheck: healthCheck.optional(),
    access: z.enum(['key', 'open']).default('key'),
    stripPrefix: z.boolean().default(false),
    preserveHost: z.boolean().default(false),
    rewriteAddresses: z.boolean().default(true),
    timeouts: timeouts.prefault({}),
    headers: z
      .record(
        headerName,
        expanded.refine((value) => HEADER_VALUE.test(value), 'cannot stand in a header'),
      )
      .default({}),
    scopes: z.array(scope).default([]),
    bodyBytesMax: bytes.optional(),
    inspect: z.enum(INSPECT_KINDS).optional(),
    inspectBytesMax: z
      .int()
      .min(1)
      .max(INSPECT_BYTES_MAX)
      .default(1024 ** 2),
    credentials: z.array(credentialPlace).min(1).optional(),
    cors: cors.optional(),
    mcp: z.strictObject({ resourceMetadata }).optional(),
  });
  return fields.superRefine((given, ctx) => {
    for (const [path, message] of upstreamFaults(given)) {
      ctx.addIssue({ code: 'custom', path: [path], message });
    }
    const { access, scopes, credentials, mcp, inspect } = given;
    if (mcp && (access === 'open' || credentials?.includes('bearer') === false)) {
      const message = 'needs a route that accepts keys as "bearer", as MCP clients send them';
      ctx.addIssue({ code: 'custom', path: ['mcp'], message });
    }
    if (access !== 'open') return;
    const message = 'means nothing where access is open: no key is read there';
    if (scopes.length > 0) ctx.addIssue({ code: 'custom', path: ['scopes'], message });
    if (credentials) ctx.addIssue({ code: 'custom', path: ['credentials'], message });
    if (inspect) {
      const reason = 'means nothing where access is open: no policy is asked there';
      ctx.addIssue({ code: 'custom', path: ['inspect'], message: reason });
    }
  });
}
