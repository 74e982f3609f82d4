import { z } from 'zod';
import { gatewayId, workspaceId } from '../ids.ts';
import { labels } from '../labels.ts';

/**
 * What the control plane says. Each message is one binary frame: an Ed25519 signature of 64 bytes
 * over `DOWNWARD_CONTEXT` and the rest; the header as JSON; a line feed; for `snapshot` and
 * `changes` a part, the entries in binary (packages/fleet). The control plane signs a frame once
 * for all gateways that it concerns.
 */
export const DOWNWARD_CONTEXT = 'tollkeeper fleet downward 1\n';

const moment = z.int().min(0);
const version = z.int().min(0);
const workspace = { organizationId: z.string().min(1).max(64), workspaceId };

/** The first message on a connection. */
const challenge = z.strictObject({
  type: z.literal('challenge'),
  protocol: z.int(),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** After the hello, and whenever people change the gateway. */
const gateway = z.strictObject({
  type: z.literal('gateway'),
  gatewayId,
  ...workspace,
  name: z.string(),
  labels,
  draining: z.boolean(),
});

/** One part of a whole snapshot. Parts are numbered from 0; only all of them together count. */
const snapshot = z.strictObject({
  type: z.literal('snapshot'),
  ...workspace,
  version,
  /**
   * When the control plane made it, by the database's clock, in milliseconds since 1970; the same
   * in all parts. What is not newer than something that came before, confirms nothing.
   */
  issuedAtMs: moment,
  part: z.int().min(0),
  last: z.boolean(),
});

/**
 * What changed from one version to another. A gateway that is not at `from` asks for a resync.
 * From a version to itself, without entries, it confirms that the version is the current one.
 */
const changes = z.strictObject({
  type: z.literal('changes'),
  ...workspace,
  from: version,
  to: version,
  issuedAtMs: moment,
});

/** The batch is counted, now or before: the gateway may forget it. */
const usageTaken = z.strictObject({
  type: z.literal('usage-taken'),
  spoolId: z.string(),
  sequence: z.int().min(1),
});

/** The gateway is no longer of the fleet: it forgets its snapshot and lets nothing through. */
const removed = z.strictObject({ type: z.literal('removed'), gatewayId });

/** Why the control plane closes the connection. */
const refused = z.strictObject({
  type: z.literal('refused'),
  code: z.enum(['protocol', 'unavailable', 'malformed']),
  detail: z.string(),
});

export const downward = z.discriminatedUnion('type', [
  challenge,
  gateway,
  snapshot,
  changes,
  usageTaken,
  removed,
  refused,
]);
export type Downward = z.output<typeof downward>;
export type DownwardOf<T extends Downward['type']> = Extract<Downward, { type: T }>;
