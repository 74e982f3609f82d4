import { z } from 'zod';
import { apiKeyId, memberId, workspaceId } from '../ids.ts';
import { hello } from './hello.ts';
import { nonce } from './nonce.ts';
import { position, version } from './position.ts';

/** Every decision from now on is made with the version. */
const ack = z.strictObject({ type: z.literal('ack'), version, seen: position });

/**
 * Asks whether what was sent is still all. Every CONFIRM_MS, a new one after the answer. A nonce is
 * what makes an answer a new one: it can be held back, but only makes younger what it was asked for.
 */
const check = z.strictObject({ type: z.literal('check'), nonce });

/** What people read and the database stores. PostgreSQL takes neither NUL nor lone surrogates. */
function line(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);
}

/**
 * `older` is a snapshot from before the version that the gateway decides with, `replayed` what was
 * not said on this connection: a man in the middle, perhaps.
 */
export const REJECT_REASONS = [
  'signature',
  'malformed',
  'foreign',
  'older',
  'replayed',
  'gap',
  'incomplete',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** Something that came was not applied; what stood before stands. */
const reject = z.strictObject({
  type: z.literal('reject'),
  reason: z.enum(REJECT_REASONS),
  detail: line(200),
});

/** Asks for a whole snapshot. */
const resync = z.strictObject({ type: z.literal('resync') });

/** Calls of one key in one minute. */
export const fleetUsageRow = z.strictObject({
  keyId: apiKeyId,
  ownerId: memberId,
  workspaceId: workspaceId.nullable(),
  minuteMs: z.int().min(0),
  accepted: z.int().min(0),
  denied: z.int().min(0),
  /** 0 when none was accepted. */
  lastAcceptedMs: z.int().min(0),
});
export type FleetUsageRow = z.output<typeof fleetUsageRow>;

/**
 * A batch of counts, taken once for its (gateway, spool, sequence) however often it is sent.
 * Sequences of a spool begin with 1 and leave none out; the next goes after the last was taken.
 */
const usage = z.strictObject({
  type: z.literal('usage'),
  spoolId: z.string().regex(/^[0-9a-f]{32}$/),
  sequence: z.int().min(1),
  rows: z.array(fleetUsageRow),
});

const health = z.strictObject({
  type: z.literal('health'),
  callsPerMinute: z.int().min(0),
  cpuPercent: z.number().min(0),
  memoryBytes: z.int().min(0),
  spooledCalls: z.int().min(0),
  fault: line(500).nullable(),
});
export type GatewayHealth = Omit<z.output<typeof health>, 'type'>;

/** What a gateway says: each message one text frame of JSON. The first is the hello. */
export const upward = z.discriminatedUnion('type', [
  hello,
  ack,
  check,
  reject,
  resync,
  usage,
  health,
]);
export type Upward = z.output<typeof upward>;
export type UpwardOf<T extends Upward['type']> = Extract<Upward, { type: T }>;
