import { createHash } from 'node:crypto';
import { createId } from '@tollkeeper/contract';
import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { auditChain, auditEvent } from '../db/schema/index.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Origin, Services } from './context.ts';

export type AuditActor =
  | { readonly type: 'member'; readonly memberId: string }
  | { readonly type: 'key'; readonly memberId: string; readonly keyId: string }
  /** A gateway that joins; the member stands for the join key. */
  | { readonly type: 'join_key'; readonly memberId: string; readonly joinKeyId: string }
  | { readonly type: 'operator' }
  | { readonly type: 'system'; readonly job: string };

export interface AuditTarget {
  readonly type:
    | 'api_key'
    | 'organization'
    | 'member'
    | 'workspace'
    | 'role'
    | 'invitation'
    | 'join_key'
    | 'gateway';
  readonly id: string;
  readonly name: string;
}

export type Facts = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly action: string;
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly origin: Origin;
}

const GENESIS = Buffer.alloc(32);

export type ChainEnd = typeof auditChain.$inferSelect;

/**
 * The end of the organization's chain, locked until the transaction ends, so that its events stand
 * in one line. A change takes this lock first: its other locks then wait for no other change of
 * the organization, and no two can stop each other.
 */
export async function lockChainEnd(tx: Transaction, organizationId: string): Promise<ChainEnd> {
  await tx
    .insert(auditChain)
    .values({ organizationId, sequence: 0, hash: GENESIS })
    .onConflictDoNothing();
  const [end] = await tx
    .select()
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId))
    .for('update');
  if (!end) throw new Error(`The audit chain of "${organizationId}" has no end`);
  return end;
}

/** A statement takes 65,535 parameters, and an event is 15 of them. */
const EVENTS_MAX = 1000;

/** Appends the events, in their order, to the chain whose end the transaction has locked. */
export async function appendAuditEvents(
  tx: Transaction,
  services: Pick<Services, 'clock' | 'randomBytes'>,
  end: ChainEnd,
  entries: readonly AuditEntry[],
) {
  let { hash } = end;
  const rows = entries.map((entry, at) => {
    const row = chainedRow(services, entry, end.sequence + at + 1, hash);
    hash = row.hash;
    return row;
  });
  for (let at = 0; at < rows.length; at += EVENTS_MAX) {
    await tx.insert(auditEvent).values(rows.slice(at, at + EVENTS_MAX));
  }
  await tx
    .update(auditChain)
    .set({ sequence: sql`${auditChain.sequence} + ${rows.length}`, hash })
    .where(eq(auditChain.organizationId, end.organizationId));
}

function chainedRow(
  services: Pick<Services, 'clock' | 'randomBytes'>,
  { origin, ...entry }: AuditEntry,
  sequence: number,
  previousHash: Buffer,
) {
  const id = createId('auditEvent', services.randomBytes);
  const event = { ...entry, ...origin, id, sequence, at: services.clock() };
  const hash = auditHash(previousHash, event);
  return { ...event, target: { ...event.target }, previousHash, hash };
}

/** The part of an event that its hash covers: all of it. */
export interface HashedEvent extends Omit<AuditEntry, 'origin' | 'target' | 'actor'>, Origin {
  readonly id: string;
  readonly sequence: number;
  readonly at: Date;
  readonly actor: object;
  readonly target: object;
}

/** SHA-256 over the hash before and the event as JSON with sorted keys (RFC 8785). */
export function auditHash(previousHash: Uint8Array, event: HashedEvent): Buffer {
  const text = canonicalJson({
    id: event.id,
    organizationId: event.organizationId,
    sequence: event.sequence,
    at: event.at.toISOString(),
    actor: event.actor,
    action: event.action,
    target: event.target,
    before: event.before,
    after: event.after,
    ip: event.ip,
    userAgent: event.userAgent,
    requestId: event.requestId,
  });
  return createHash('sha256').update(previousHash).update(text).digest();
}
