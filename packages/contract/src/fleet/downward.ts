import { z } from 'zod';
import { gatewayId, workspaceId } from '../ids.ts';
import { labels } from '../labels.ts';
import { nonce } from './nonce.ts';
import { position, version } from './position.ts';

/**
 * What the control plane says. Each message is one binary frame: an Ed25519 signature of 64 bytes
 * over `DOWNWARD_CONTEXT` and the rest; the header as JSON; a line feed; for `snapshot` and
 * `changes` a part, the entries in binary (packages/fleet). The control plane signs a frame once
 * for all gateways that it concerns. So a signature alone says nothing about when, and to whom:
 * what must not be repeated from another connection names the nonce of the hello, or an epoch
 * that a message with that nonce named.
 */
export const DOWNWARD_CONTEXT = 'tollkeeper fleet downward 2\n';

const moment = z.int().min(0);
/** Random: under which name one process of the control plane tells a workspace's history. */
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
  /** Of this connection's hello. */
  nonce,
  gatewayId,
  ...workspace,
  name: z.string(),
  labels,
  draining: z.boolean(),
});

/**
 * What follows on this connection, said once, before any of it: snapshots and changes of one epoch,
 * no snapshot older than the version. A gateway whose history the control plane does not know, as
 * the database was set back or its changes are forgotten, is to take the next snapshot in place of
 * all that it has, whatever its number.
 */
const history = z.strictObject({
  type: z.literal('history'),
  /** Of this connection's hello. */
  nonce,
  ...workspace,
  epoch,
  version,
  /** Whether changes will follow on what the gateway said that it has. */
  continues: z.boolean(),
});

/** One part of a whole snapshot. Parts are numbered from 0; only all of them together count. */
const snapshot = z.strictObject({
  type: z.literal('snapshot'),
  ...workspace,
  epoch,
  version,
  /**
   * When the control plane made it, by the database's clock, in milliseconds since 1970; the same
   * in all parts, and in no other snapshot of the epoch.
   */
  issuedAtMs: moment,
  part: z.int().min(0),
  /** In the last part only: where the workspace stood after everything was read. */
  seen: position.nullable(),
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
  /** Position of the workspace after everything was read: the contents may be as new as that. */
  seen: position,
});

/**
 * Answers a check, or the hello, by its nonce: a gateway that has what was sent before on this connection
 * decides with all that had been committed when the gateway asked.
 */
const current = z.strictObject({ type: z.literal('current'), nonce, version });

/** The batch is counted, now or before: the gateway may forget it. */
const usageTaken = z.strictObject({
  type: z.literal('usage-taken'),
  spoolId: z.string(),
  sequence: z.int().min(1),
});

/** The gateway is no longer of the fleet: it forgets its snapshot and denies every request. */
const removed = z.strictObject({
  type: z.literal('removed'),
  /** Of this connection's hello. */
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
  history,
  snapshot,
  changes,
  current,
  usageTaken,
  removed,
  refused,
]);
export type Downward = z.output<typeof downward>;
export type DownwardOf<T extends Downward['type']> = Extract<Downward, { type: T }>;
