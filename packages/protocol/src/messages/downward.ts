import { gatewayId, labels, workspaceId } from '@tollkeeper/contract';
import { z } from 'zod';
import { nonce, position, version } from './hello.ts';
import { CHECKPOINT_LENGTH_MAX } from './witness.ts';

/**
 * Messages of the control plane. Each is one binary frame: an Ed25519 signature of 64 bytes
 * over `DOWNWARD_CONTEXT` and the rest; the header as JSON; a line feed; for `snapshot` and
 * `changes` a part, the entries in binary (../codec). The control plane signs a frame once
 * for all gateways that it concerns. So a signature alone says nothing about when, and to whom:
 * what must not be repeated from another connection names the nonce of the hello, or an epoch
 * that a message with that nonce named.
 */
export const DOWNWARD_CONTEXT = 'tollkeeper fleet downward 3\n';

const moment = z.int().min(0);
/** Random name under which one process of the control plane sends the lineage of a workspace. */
const epoch = z.string().regex(/^[0-9a-f]{32}$/);
const workspace = { organizationId: z.string().min(1).max(64), workspaceId };

/** The first message on a connection. */
const challenge = z.strictObject({
  type: z.literal('challenge'),
  protocol: z.int(),
  nonce,
});

/** After the hello, and whenever people change the gateway. */
const gateway = z.strictObject({
  type: z.literal('gateway'),
  /** Nonce of the hello of this connection. */
  nonce,
  gatewayId,
  ...workspace,
  name: z.string(),
  labels,
  draining: z.boolean(),
});

/**
 * Sent once on each connection, before any snapshot or change: announces that these will be of the
 * epoch, and no snapshot older than the version. A gateway whose state does not belong to the
 * lineage, because the database was restored or its changes were purged, replaces all its state by
 * the next snapshot, whatever its version.
 */
const lineage = z.strictObject({
  type: z.literal('lineage'),
  /** Nonce of the hello of this connection. */
  nonce,
  ...workspace,
  epoch,
  version,
  /** Whether changes will follow on the version that the gateway reported in its hello. */
  continues: z.boolean(),
});

/** One part of a whole snapshot. Parts are numbered from 0; only all of them together count. */
const snapshot = z.strictObject({
  type: z.literal('snapshot'),
  ...workspace,
  epoch,
  version,
  /**
   * When the control plane built it, by the database's clock, in milliseconds since 1970; the same
   * in all parts, and in no other snapshot of the epoch.
   */
  issuedAtMs: moment,
  part: z.int().min(0),
  /** Position of the workspace after everything was read; in the last part only. */
  latest: position.nullable(),
});

/**
 * What changed from one version to a later one. A gateway that is not at `from` asks for a resync.
 */
const changes = z.strictObject({
  type: z.literal('changes'),
  ...workspace,
  epoch,
  from: version,
  to: version,
  /** Position of the workspace after everything was read: the content may be as new as that. */
  latest: position,
});

/**
 * Answers a check, or the hello, by its nonce: a gateway that has what was sent before on this connection
 * decides with all that had been committed when the gateway asked.
 */
const confirmed = z.strictObject({ type: z.literal('confirmed'), nonce, version });

/** The batch is stored, now or before: the gateway may delete it. */
const usageStored = z.strictObject({
  type: z.literal('usage-stored'),
  spoolId: z.string(),
  sequence: z.int().min(1),
});

/**
 * The newest checkpoint of the organization's transparency log, for the gateway to check and to
 * cosign (C2SP tlog-witness). Signed once for all gateways that have seen the same size before; only
 * with the nonce of the hello does a smaller size than the gateway has seen mean that the log was
 * rolled back.
 */
const checkpoint = z.strictObject({
  type: z.literal('checkpoint'),
  organizationId: workspace.organizationId,
  nonce: nonce.optional(),
  /** Verifier key of the log. A gateway that has none yet keeps it. */
  logKey: z.string().max(CHECKPOINT_LENGTH_MAX),
  /** Signed note, without cosignatures. */
  note: z.string().max(CHECKPOINT_LENGTH_MAX),
  /** Size that the gateway has seen before; 0 for none. */
  oldSize: z.int().min(0),
  /** Consistency proof between both sizes: hashes in base64. */
  proof: z.array(z.string().max(44)).max(63),
});

/** The gateway was removed from the fleet: it deletes its snapshot and denies every request. */
const removed = z.strictObject({
  type: z.literal('removed'),
  /** Nonce of the hello of this connection. */
  nonce,
  gatewayId,
});

/** Why the control plane closes the connection. */
const refused = z.strictObject({
  type: z.literal('refused'),
  code: z.enum(['protocol', 'unavailable', 'malformed']),
  detail: z.string(),
});

export const downward = z.discriminatedUnion('type', [
  challenge,
  gateway,
  lineage,
  snapshot,
  changes,
  confirmed,
  usageStored,
  removed,
  refused,
  checkpoint,
]);
export type Downward = z.output<typeof downward>;
export type DownwardOf<T extends Downward['type']> = Extract<Downward, { type: T }>;
