import {
  AUDIT_EVENT_BYTES_MAX,
  type AuditAction,
  type AuditTargetType,
  createId,
} from '@tollkeeper/contract';
import { sha256 } from '@tollkeeper/transparency-log';
import type { Origin, Services } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { auditChain } from '../db/schema/index.ts';
import { defineLockedRead, expectRow } from '../db/statement.ts';
import { boundedEvent, type Facts } from './event-text.ts';

export type { Facts } from './event-text.ts';

export type AuditActor =
  | { readonly type: 'member'; readonly memberId: string }
  | { readonly type: 'key'; readonly memberId: string; readonly keyId: string }
  /** A gateway that joins; the member stands for the join key. */
  | { readonly type: 'join_key'; readonly memberId: string; readonly joinKeyId: string }
  | { readonly type: 'operator' }
  | { readonly type: 'system'; readonly job: string };

type PlacedType = 'api_key' | 'policy' | 'gateway' | 'join_key' | 'workspace';

/** A caller who is confined to a workspace sees the events of what is in it, and no others. */
export type AuditTarget =
  | {
      readonly type: PlacedType;
      readonly id: string;
      readonly name: string;
      /** Null where it belongs to no workspace, or to all of them. */
      readonly workspaceId: string | null;
    }
  | {
      readonly type: Exclude<AuditTargetType, PlacedType>;
      readonly id: string;
      readonly name: string;
    };

export interface AuditEntry {
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly origin: Origin;
}

const GENESIS = Buffer.alloc(32);

export type ChainEnd = typeof auditChain.$inferSelect;

const SELECT_CHAIN_END = 'select-chain-end';

const selectChainEnd = defineLockedRead<ChainEndRow, [organizationId: string]>(
  SELECT_CHAIN_END,
  `select sequence, encode(hash, 'hex') as hash from audit_chain
  where organization_id = $1 for update`,
);

/**
 * The end of the organization's chain, locked until the transaction ends, so that its events stand
 * in one line. A change takes this lock first: its other locks then wait for no other change of
 * the organization, and no two can stop each other. A chain that does not exist yet begins.
 */
export async function lockChainEnd(tx: Transaction, organizationId: string): Promise<ChainEnd> {
  const found = await findChainEnd(tx, organizationId);
  if (found) return found;
  await tx
    .insert(auditChain)
    .values({ organizationId, sequence: 0, hash: GENESIS })
    .onConflictDoNothing();
  const begun = await findChainEnd(tx, organizationId);
  if (!begun) throw new Error(`The audit chain of "${organizationId}" has no end`);
  return begun;
}

/** The same in one statement; undefined where no chain has begun, and nothing is locked. */
export async function findChainEnd(
  tx: Transaction,
  organizationId: string,
): Promise<ChainEnd | undefined> {
  const [row] = await selectChainEnd(tx, [organizationId]);
  return (
    row && { organizationId, sequence: Number(row.sequence), hash: Buffer.from(row.hash, 'hex') }
  );
}

interface ChainEndRow {
  readonly sequence: string;
  /** In hexadecimal, which PostgreSQL writes the same way whatever its settings are. */
  readonly hash: string;
}

/** What the next transaction of this process will find, if nobody else is before it. */
export function expectChainEnd(
  tx: Transaction,
  { organizationId, sequence, hash }: ChainEnd,
): void {
  const row = { sequence: String(sequence), hash: hash.toString('hex') };
  expectRow(tx, SELECT_CHAIN_END, [organizationId], row, `(${row.sequence},${row.hash})`);
}

/** The events, in order, as rows that continue the chain. */
export function chainEvents(
  services: Pick<Services, 'clock' | 'randomBytes'>,
  end: ChainEnd,
  entries: readonly AuditEntry[],
): readonly ChainedEvent[] {
  let { sequence, hash } = end;
  return entries.map((entry) => {
    sequence += 1;
    const row = chainedRow(services, entry, sequence, hash);
    hash = row.hash;
    return row;
  });
}

export type ChainedEvent = ReturnType<typeof chainedRow>;

function chainedRow(
  services: Pick<Services, 'clock' | 'randomBytes'>,
  { origin, target, ...entry }: AuditEntry,
  sequence: number,
  previousHash: Buffer,
) {
  const id = createId('auditEvent', services.randomBytes);
  const { event, text } = boundedEvent({
    ...{ ...entry, ...origin, id, sequence, at: services.clock() },
    target: storedTarget(target),
  });
  const hash = auditHash(previousHash, text);
  return { ...event, previousHash, hash };
}

/** Names the workspace only where there is one. */
function storedTarget({ type, id, name, ...place }: AuditTarget): StoredTarget {
  const { workspaceId = null } = 'workspaceId' in place ? place : {};
  return { type, id, name, ...(workspaceId === null ? {} : { workspaceId }) };
}

interface StoredTarget {
  readonly type: AuditTargetType;
  readonly id: string;
  readonly name: string;
  readonly workspaceId?: string;
}

const HASH_BYTES = 32;

/** Input of `auditHash`, filled anew by each call: a character takes three bytes at most. */
const hashInput = Buffer.alloc(HASH_BYTES + 3 * AUDIT_EVENT_BYTES_MAX);

/** SHA-256 over the hash before and the event's leaf, which is all of the event. */
export function auditHash(previousHash: Uint8Array, leafText: string): Buffer {
  // Only a database that somebody changed has others.
  if (previousHash.length !== HASH_BYTES || leafText.length > AUDIT_EVENT_BYTES_MAX) {
    return sha256(Buffer.concat([previousHash, Buffer.from(leafText)]));
  }
  // In one call, which takes a fifth less than a hash that is updated in steps.
  hashInput.set(previousHash);
  const length = hashInput.write(leafText, HASH_BYTES);
  return sha256(hashInput.subarray(0, HASH_BYTES + length));
}
