import type { Scope } from '@tollkeeper/contract';
import type { IpRange } from '@tollkeeper/verify';
import type { Address } from './address.ts';

/** The whole configuration of a gateway, validated and with its defaults. */
export interface Config {
  readonly listen: Address;
  /** Where health and metrics are served, apart from the requests. */
  readonly admin: Address;
  /** The texts of the PEM files; null listens in clear. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly stateDir: string;
  /** How many processes serve the requests; with 1 it is this one. */
  readonly workers: number;
  /** How old the last confirmed version may be, in milliseconds; null is any age. */
  readonly staleMaxMs: number | null;
  /** Verifier key of the organization's transparency log; null trusts the first that comes. */
  readonly transparencyLogKey: string | null;
  /** Whose X-Forwarded-* and Forwarded are believed. */
  readonly trustedProxies: readonly IpRange[];
  /** Whether /forward-auth and /ext-authz/ answer with decisions; else they refuse all. */
  readonly forwardAuth: boolean;
  /**
   * In which the proxy that asks at /forward-auth always sends the method, in lower case. Null where it
   * may send none: then a client could, so no method is believed.
   */
  readonly methodHeader: string | null;
  readonly limits: Limits;
  readonly perKey: PerKey;
  /** Null writes none. */
  readonly accessLog: AccessLogConfig | null;
  /** The longest path first. */
  readonly routes: readonly RouteConfig[];
  readonly controlPlane: string;
  readonly name: string | null;
}

export interface Limits {
  /** For the whole head of a request, in milliseconds. */
  readonly headerTimeoutMs: number;
  /** For the next byte of a body, either way, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** For the next request on a connection, in milliseconds. */
  readonly keepAliveMs: number;
  readonly headBytesMax: number;
  readonly connectionsMax: number;
  readonly bodyBytesMax: number;
  /** Of all bodies that one process inspects at the same time. */
  readonly inspectedBytesMax: number;
  /** How long requests under way may take once the gateway begins to stop, in milliseconds. */
  readonly drainMs: number;
}

/** What the holder of one key can occupy. */
export interface PerKey {
  /** Calls at the same time in one process; null is any number. */
  readonly callsMax: number | null;
}

export interface AccessLogConfig {
  /** An absolute path, or `-` for standard output. */
  readonly file: string;
  /** The share of calls that are logged, above 0 and up to 1. */
  readonly sample: number;
}

export interface RouteConfig {
  /** Whole segments, without a slash at the end; `` matches every path. */
  readonly path: string;
  /** Null where the route serves forward authentication only; the first of several. */
  readonly upstream: URL | null;
  /** Null unless the route has several upstreams. */
  readonly balancing: BalancingConfig | null;
  /** `open` passes requests without a key. */
  readonly access: 'key' | 'open';
  readonly stripPrefix: boolean;
  /** Whether the upstream receives the client's Host in place of its own. */
  readonly preserveHost: boolean;
  /** Whether addresses of the upstream in the head of an answer become public ones. */
  readonly rewriteAddresses: boolean;
  readonly timeouts: Timeouts;
  /** Set on each request to the upstream: names and values in turn. */
  readonly headers: readonly string[];
  /** What a key must hold. */
  readonly scopes: readonly Scope[];
  readonly bodyBytesMax: number;
  /** What policies can ask about bodies; null reads none. */
  readonly inspect: InspectKind | null;
  readonly inspectBytesMax: number;
  /** Where keys are taken from: `bearer`, `basic`, `websocket-protocol`, or headers in lower case. */
  readonly credentials: readonly string[];
  readonly cors: CorsConfig | null;
  /** The JSON that the gateway itself answers with here; null passes requests on. */
  readonly answer: string | null;
  /** Where clients read what the route says about itself; null says nothing. */
  readonly metadataUrl: string | null;
}

/** Whose requests a route inspects. */
export const INSPECT_KINDS = ['openai', 'anthropic', 'mcp'] as const;
export type InspectKind = (typeof INSPECT_KINDS)[number];

/** How requests are shared among upstreams. */
export interface BalancingConfig {
  readonly upstreams: readonly { readonly url: string; readonly weight: number }[];
  readonly method: 'round_robin' | 'least_connections';
  readonly ejection: EjectionConfig;
  readonly healthCheck: HealthCheckConfig | null;
}

/** When an upstream that fails requests gets none for a while. */
export interface EjectionConfig {
  /** In a row; 0 never ejects. */
  readonly failuresMax: number;
  readonly durationMs: number;
  /** Whether answers with a status of 500 and above are failures. */
  readonly on5xx: boolean;
}

export interface HealthCheckConfig {
  /** Path and query. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** That of a healthy upstream. */
  readonly status: number;
}

export function upstreamsOf({
  upstream,
  balancing,
}: Pick<RouteConfig, 'upstream' | 'balancing'>): URL[] {
  if (balancing) return balancing.upstreams.map(({ url }) => new URL(url));
  return upstream ? [upstream] : [];
}

/** What pages of other origins may do. */
export interface CorsConfig {
  /** As browsers write them, with `*` in place of a label; `*` alone is any. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** That a page may send, beside Content-Type and those that hold a key. */
  readonly headers: readonly string[];
  /** That a page may read. */
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeMs: number;
}

/** In milliseconds; 0 waits for ever. */
export interface Timeouts {
  readonly connectMs: number;
  /** From the sent request to the head of the answer. */
  readonly responseMs: number;
  /** Between two parts of an answer, unless it is a stream of events, and on an upgraded connection. */
  readonly idleMs: number;
}
