import type { PolicyEffect } from '@tollkeeper/contract';
import {
  type CallDecision,
  type CalledRoute,
  decidePolicies,
  explainPolicies,
  type PolicySecret,
  redactSecrets,
  routeEntity,
  SECRET_HEADERS,
  type StoredPolicy,
} from '@tollkeeper/verify';
import type { GatewayFacts, WorkspaceKeys } from '../fleet.ts';
import { pathReadings } from './path-readings.ts';

/** What policies can ask about a request, besides its key and its address. */
export interface CallFacts {
  /** Of the HTTP request; empty where it is not known. */
  readonly method: string;
  /** Without its query, as it was sent. */
  readonly path: string;
  /** With or without a port; empty where there is none. */
  readonly host: string;
  /** Path of the route that the request takes. */
  readonly routePath: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** What was read of its body; undefined where nothing was. */
  readonly body?: BodyFacts | undefined;
}

/** What policies can ask about the body of a request. */
export interface BodyFacts {
  /** Of a request to an LLM provider. */
  readonly model?: string | undefined;
  /** Of a message to an MCP server. */
  readonly mcp?: { readonly method: string; readonly tool?: string | undefined } | undefined;
}

/** What is asked of the policies, for as long as its decision lasts. */
export interface PolicyQuestion {
  readonly environment: PolicySecret['environment'];
  readonly ip: string;
  readonly call: CallFacts | undefined;
}

/** By the prefix of the secret. */
export function environmentOf(secret: string): PolicySecret['environment'] {
  return secret.startsWith('tk_test_') ? 'test' : 'live';
}

/** What the policies say about a call whose key is valid for all else. */
export function decideCall(
  { index, organizationId, workspaceId, gateway }: WorkspaceKeys,
  slot: number,
  { environment, ip, call }: PolicyQuestion,
  nowMs: number,
): CallDecision {
  const request = call && gateway ? () => knownRoute(gateway, call, ip) : undefined;
  return decidePolicies(
    index,
    { slot, environment },
    { organizationId, workspaceId },
    request,
    nowMs,
  );
}

/** Undefined where policies cannot know what is asked for. */
function knownRoute(gateway: GatewayFacts, call: CallFacts, ip: string): CalledRoute | undefined {
  const isKnown = isMethod(call.method) && isHost(call.host);
  return isKnown ? calledRoute(gateway, call, ip) : undefined;
}

/**
 * Only in upper case: `delete` is another method than `DELETE`, but not to every server. A list is what
 * two proxies say, and neither is known to be right.
 */
function isMethod(method: string): boolean {
  return /^[A-Z][A-Z-]*$/.test(method);
}

/** Empty where there is none, which is a name that no policy permits. */
function isHost(host: string): boolean {
  return !/[,\s]/.test(host);
}

/** What each of the policies says about the call, by the id of the policy. */
export function explainCall(
  { index, gateway = UNNAMED }: Pick<WorkspaceKeys, 'index' | 'gateway'>,
  slot: number,
  { environment, ip, call }: PolicyQuestion & { readonly call: CallFacts },
  policies: readonly StoredPolicy[],
  nowMs: number,
): Map<string, PolicyEffect> {
  const route = calledRoute(gateway, call, ip);
  return explainPolicies(index, { slot, environment }, policies, route, nowMs);
}

const UNNAMED: GatewayFacts = { name: '', labels: {} };

function calledRoute(gateway: GatewayFacts, call: CallFacts, ip: string): CalledRoute {
  const { method, path, routePath, rawHeaders, body } = call;
  return {
    route: routeOf(gateway, routePath, call.host),
    ip,
    ...body,
    method,
    path,
    otherPaths: () => pathReadings(path),
    otherMethods: () => methodOverrides(rawHeaders),
    header: (name) => headerOf(rawHeaders, name),
  };
}

/** By host and path, for each gateway until it is described anew; those that were asked for last. */
const routes = new WeakMap<GatewayFacts, KnownRoutes>();
const ROUTES_MAX = 1000;
/** No name of DNS with a port is longer: clients can send any. */
const HOST_LENGTH_MAX = 260;

interface KnownRoutes {
  readonly byHost: Map<string, Map<string, CalledRoute['route']>>;
  count: number;
}

function routeOf(gateway: GatewayFacts, path: string, host: string): CalledRoute['route'] {
  let known = routes.get(gateway);
  if (!known) {
    known = { byHost: new Map(), count: 0 };
    routes.set(gateway, known);
  }
  const existing = known.byHost.get(host)?.get(path);
  if (existing) return existing;
  const { name, labels } = gateway;
  const facts = { gateway: name, path, host: hostName(host), labels };
  const route = routeEntity({ id: `${name}${path}`, ...facts });
  if (host.length <= HOST_LENGTH_MAX) keepRoute(known, host, path, route);
  return route;
}

function keepRoute(
  known: KnownRoutes,
  host: string,
  path: string,
  route: CalledRoute['route'],
): void {
  if (known.count >= ROUTES_MAX) {
    known.byHost.clear();
    known.count = 0;
  }
  const ofHost = known.byHost.get(host) ?? new Map<string, CalledRoute['route']>();
  known.byHost.set(host, ofHost.set(path, route));
  known.count += 1;
}

/** In lower case, without the port, and without the dot that ends an absolute name. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

/** As frameworks read them, which take `_` for `-`. */
const METHOD_OVERRIDE = /^x[-_](?:http[-_]method(?:[-_]override)?|method[-_]override)$/i;

/** Undefined where several are named, of which one server takes the first and another one the last. */
function methodOverrides(rawHeaders: readonly string[]): readonly string[] | undefined {
  let method: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length < 13 || !METHOD_OVERRIDE.test(name)) continue;
    const named = (rawHeaders[at + 1] ?? '').trim().toUpperCase();
    if ((method ?? named) !== named || !isMethod(named)) return undefined;
    method = named;
  }
  return method === undefined ? NO_METHODS : [method];
}

const NO_METHODS: readonly string[] = [];

/** Several headers of one name are one list (RFC 9110, 5.3). No policy sees a key in any of them. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  if (SECRET_HEADERS.has(name)) return undefined;
  let joined: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? '';
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined === undefined ? undefined : redactSecrets(joined);
}
