import {
  apiKeyId,
  DECISION_CODES,
  memberId,
  policyId,
  UPSTREAM_STATES,
  workspaceId,
} from '@tollkeeper/contract';
import { z } from 'zod';
import { applied } from './applied.ts';
import { hello, nonce, position, version } from './hello.ts';
import { SCOPE_NEEDS } from './scope-needs.ts';
import { cosignature, witness } from './witness.ts';

/**
 * Every decision from now on is made with the version, which may reflect changes up to `latest`.
 * Signed from version 4 on where keys may have ended with it.
 */
const ack = z.strictObject({
  type: z.literal('ack'),
  version,
  latest: position,
  signed: applied.optional(),
});

/**
 * Asks whether the gateway has everything that is committed. Sent every CONFIRM_MS, unless the last
 * check is not answered yet. Its nonce proves that the answer is new: an answer that is delayed on its
 * way is as old as its question.
 */
const check = z.strictObject({ type: z.literal('check'), nonce });

/** Text that people read and the database stores. PostgreSQL accepts neither NUL nor lone surrogates. */
function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);
}

/**
 * `older` is a snapshot from before the version that the gateway decides with; `replayed` is a message
 * that was not sent on this connection, which may mean a man in the middle; `policy` is a policy that
 * this build cannot evaluate.
 */
export const REJECT_REASONS = [
  'signature',
  'malformed',
  'foreign',
  'older',
  'replayed',
  'gap',
  'incomplete',
  'policy',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** A message was received but not applied; the gateway keeps the keys that it had. */
const reject = z.strictObject({
  type: z.literal('reject'),
  reason: z.enum(REJECT_REASONS),
  detail: line(200),
});

/** Asks for a whole snapshot. */
const resync = z.strictObject({ type: z.literal('resync') });

/** Methods that counts distinguish; calls with others are of no kind. */
export const COUNTED_METHODS = [
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
] as const;
/** Path of a route that counts distinguish: short, and without what JSON escapes. */
export const COUNTED_ROUTE = /^(?:\/[!#-[\]-~]{0,99})?$/;

/** What a call was, and how it was decided. */
const callKind = z.strictObject({
  code: z.enum(DECISION_CODES),
  method: z.enum(COUNTED_METHODS),
  /** Path of the route at the gateway; empty where the call has none. */
  route: z.string().regex(COUNTED_ROUTE),
});
export type CallKind = z.output<typeof callKind>;

/** Calls of one key in one minute, of one kind. */
const fleetUsageRow = z.strictObject({
  keyId: apiKeyId,
  ownerId: memberId,
  workspaceId: workspaceId.nullable(),
  minuteMs: z.int().min(0),
  accepted: z.int().min(0),
  denied: z.int().min(0),
  /** 0 when none was accepted. */
  lastAcceptedMs: z.int().min(0),
  /** Missing where it is not known, or the key has more kinds of calls than are distinguished. */
  kind: callKind.optional(),
  /** Index in `scopeNeeds` of the batch, of what the accepted calls needed; missing where unknown. */
  needs: z.int().min(0).optional(),
});
export type FleetUsageRow = z.output<typeof fleetUsageRow>;

/** Calls in one minute that a policy in shadow mode would have refused. */
const shadowDenials = z.strictObject({
  policyId,
  minuteMs: z.int().min(0),
  denied: z.int().min(1),
});
export type ShadowDenials = z.output<typeof shadowDenials>;

/** How many texts of needs a batch distinguishes. */
export const SCOPE_NEEDS_MAX = 1024;

/** Longest address of a client, and the most that is kept of what it says it is. */
export const CANARY_IP_MAX = 45;
export const CANARY_USER_AGENT_MAX = 160;

/** Uses of one canary key in one minute, from one address. */
const canaryUse = z.strictObject({
  keyId: apiKeyId,
  /** Null where it is not known, or the minute had too many. */
  ip: line(CANARY_IP_MAX).nullable(),
  userAgent: line(CANARY_USER_AGENT_MAX).nullable(),
  firstMs: z.int().min(0),
  lastMs: z.int().min(0),
  count: z.int().min(1),
});
export type CanaryUse = z.output<typeof canaryUse>;

/** How many networks a batch names. */
export const KEY_NETWORKS_MAX = 1000;

/** A network from which a key was used, and had not been for a while. */
const keyNetwork = z.strictObject({
  keyId: apiKeyId,
  /** A /24 of IPv4, or a /48 of IPv6. */
  network: z.string().regex(/^[0-9a-f:.]{3,20}\/(?:24|48)$/),
});
export type KeyNetwork = z.output<typeof keyNetwork>;

/**
 * A batch of counts, stored once for its (gateway, spool, sequence) however often it is sent.
 * Sequences of a spool begin with 1 and leave none out; the next is sent after `usage-stored`.
 */
const usage = z.strictObject({
  type: z.literal('usage'),
  spoolId: z.string().regex(/^[0-9a-f]{32}$/),
  sequence: z.int().min(1),
  rows: z.array(fleetUsageRow),
  shadow: z.array(shadowDenials).optional(),
  /** See scope-needs.ts. */
  scopeNeeds: z.array(z.string().regex(SCOPE_NEEDS)).max(SCOPE_NEEDS_MAX).optional(),
  canaries: z.array(canaryUse).optional(),
  networks: z.array(keyNetwork).max(KEY_NETWORKS_MAX).optional(),
});

/** How many upstreams a report of a gateway names at most, and how long their addresses may be. */
export const UPSTREAMS_MAX = 100;
export const UPSTREAM_URL_MAX = 300;

const upstreamReport = z.strictObject({
  url: line(UPSTREAM_URL_MAX),
  state: z.enum(UPSTREAM_STATES),
});
export type FleetUpstream = z.output<typeof upstreamReport>;

const health = z.strictObject({
  type: z.literal('health'),
  callsPerMinute: z.int().min(0),
  cpuPercent: z.number().min(0),
  memoryBytes: z.int().min(0),
  spooledCalls: z.int().min(0),
  fault: line(500).nullable(),
  /** Sent only by gateways with routes that have several. */
  upstreams: z.array(upstreamReport).max(UPSTREAMS_MAX).optional(),
});
export type GatewayHealth = Omit<z.output<typeof health>, 'type'>;

/** Messages of a gateway, each a text frame of JSON. The first is the hello. */
export const upward = z.discriminatedUnion('type', [
  hello,
  ack,
  check,
  reject,
  resync,
  usage,
  health,
  witness,
  cosignature,
]);
export type Upward = z.output<typeof upward>;
export type UpwardOf<T extends Upward['type']> = Extract<Upward, { type: T }>;
