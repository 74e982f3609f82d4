import type { PolicyEffect } from '@tollkeeper/contract';
import {
  type CallDecision,
  type CalledRoute,
  decidePolicies,
  explainPolicies,
  type PolicySecret,
  routeEntity,
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
  const isKnown = call && gateway && call.method !== '';
  const request = isKnown ? () => calledRoute(gateway, call, ip) : undefined;
  return decidePolicies(
    index,
    { slot, environment },
    { organizationId, workspaceId },
    request,
    nowMs,
  );
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
  const { method, path, routePath, rawHeaders } = call;
  return {
    route: routeOf(gateway, routePath, hostName(call.host)),
    ip,
    method,
    path,
    otherPaths: () => pathReadings(path),
    header: (name) => headerOf(rawHeaders, name),
  };
}

function routeOf({ name, labels }: GatewayFacts, path: string, host: string) {
  return routeEntity({ id: `${name}${path}`, gateway: name, path, host, labels });
}

/** In lower case, and without the port. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/** Several headers of one name are one list (RFC 9110, 5.3), cookies one of their own (RFC 6265). */
function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  let joined: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? '';
    const separator = name === 'cookie' ? '; ' : ', ';
    joined = joined === undefined ? value : `${joined}${separator}${value}`;
  }
  return joined;
}
