import { and, eq, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, member } from '../../db/schema/index.ts';
import type { Change } from '../../write/change.ts';
import {
  gatewayFacts,
  invitationFacts,
  joinKeyFacts,
  memberFacts,
} from '../../write/created-facts.ts';
import type { FurtherEvent } from '../../write/write.ts';
import { among } from './among.ts';
import {
  type Forest,
  findForeignTrees,
  splitForest,
  type Trees,
  treeOfAnother,
  treeTooLarge,
} from './created-forest.ts';
import {
  deleteGateways,
  deleteInvitations,
  deleteJoinKeys,
  findGatewaysLeft,
  findMembersLeft,
} from './created-things.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';

/** What went along with a key, as the audit event of the key says it. */
export interface CreatedCounts {
  readonly keysCount: number;
  readonly joinKeysCount: number;
  readonly invitationsCount: number;
  readonly membersCount: number;
  readonly gatewaysCount: number;
  /** Those who joined through the key and stay: kept, or beyond what the caller may remove. */
  readonly membersLeftCount: number;
  /** Their ids, or the first of them. */
  readonly membersLeft: readonly string[];
  readonly gatewaysLeftCount: number;
}

export interface RevokedCreated {
  readonly counts: CreatedCounts;
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/**
 * What `revokeCreated` does to the tree of one key.
 * @throws DomainError insufficient_scope when a key among them belongs to somebody else,
 * cascade_too_large
 */
export async function revokeTree(
  tx: Transaction,
  ctx: Ctx,
  forest: Forest,
  rootId: string,
): Promise<RevokedCreated> {
  if (forest.tooLarge.has(rootId)) throw treeTooLarge();
  if (findForeignTrees(ctx, forest, [rootId]).has(rootId)) throw treeOfAnother();
  const revoked = await revokeCreated(tx, ctx, forest, splitForest(forest, [rootId]));
  return revoked(rootId);
}

/** Rows that one statement updates, so that each ends in time. */
const UPDATED_MAX = 5000;

/** Members left that an audit event names. */
const NAMED_MAX = 100;

const NOTHING: RevokedCreated = {
  counts: {
    keysCount: 0,
    joinKeysCount: 0,
    invitationsCount: 0,
    membersCount: 0,
    gatewaysCount: 0,
    membersLeftCount: 0,
    membersLeft: [],
    gatewaysLeftCount: 0,
  },
  events: [],
  changes: [],
};

/**
 * Revokes the keys of each tree below its root, removes the members in it, and deletes the join keys,
 * invitations and gateways that came from any key or member of the tree. However many trees there
 * are, it takes the same number of statements.
 * @param trees of `forest`, of no root among `findForeignTrees`
 * @returns by root
 */
export async function revokeCreated(
  tx: Transaction,
  ctx: Ctx,
  { keys, members }: Forest,
  trees: Trees,
): Promise<(rootId: string) => RevokedCreated> {
  const rootOf = new Map<string, string>();
  for (const [rootId, ids] of trees) for (const id of ids) rootOf.set(id, rootId);
  const leaving = [...members.values()].filter(({ id }) => rootOf.has(id));
  // Members who were removed before are among them: their gateways and invitations are still there.
  const creatorIds = [...rootOf.keys()];
  const below = [...keys.values()].filter(
    ({ id, status }) => status !== 'revoked' && !trees.has(id) && rootOf.has(id),
  );
  const revoked = new Map<string, Mutable>();
  /** Of the root whose tree holds the first of these creators that is in any. */
  const of = (...creatorIds: readonly (string | null)[]) => {
    const creatorId = creatorIds.find((id) => id !== null && rootOf.has(id));
    const root = keys.get(rootOf.get(creatorId ?? '') ?? '');
    if (!root) throw new Error(`None of "${creatorIds.join('", "')}" is in a tree`);
    const own = revoked.get(root.id) ?? {
      counts: { ...NOTHING.counts, membersLeft: [] },
      events: [],
      changes: [],
    };
    revoked.set(root.id, own);
    return { own, cause: { type: 'api_key', id: root.id, name: root.name } };
  };
  const now = ctx.services.clock();
  const reasonOf = (row: KeyRow) => {
    const name = of(row.id).cause.name;
    return members.has(row.memberId)
      ? `Its owner joined through the key "${name}", or through one that descends from it, and was removed when that key was revoked or deleted`
      : `Revoked together with the key "${name}", from which it descends`;
  };
  await setRevoked(tx, ctx, below, now, reasonOf);
  for (const row of below) {
    const { own, cause } = of(row.id);
    const { id, name, workspaceId } = row;
    const set = { status: 'revoked' as const, revokedAt: now, revokeReason: reasonOf(row) };
    own.counts.keysCount += 1;
    own.events.push({
      action: 'api_key.revoke',
      target: { type: 'api_key', id, name },
      before: keyFacts(row),
      after: { ...keyFacts({ ...row, ...set }), cause },
    });
    own.changes.push({ kind: 'key', subjectId: id, workspaceId });
  }
  await setRemoved(
    tx,
    ctx,
    leaving.map(({ id }) => id),
  );
  for (const row of leaving) {
    const { own, cause } = of(row.id);
    own.counts.membersCount += 1;
    own.events.push({
      action: 'member.remove',
      target: { type: 'member', id: row.id, name: row.name },
      before: memberFacts(row),
      after: { ...memberFacts({ ...row, status: 'removed' }), cause },
    });
    own.changes.push({ kind: 'member', subjectId: row.id });
  }
  for (const row of await deleteJoinKeys(tx, ctx, creatorIds)) {
    const { own, cause } = of(row.createdByKeyId, row.memberId);
    own.counts.joinKeysCount += 1;
    own.events.push({
      action: 'join_key.delete',
      target: { type: 'join_key', id: row.id, name: row.name },
      before: joinKeyFacts(row),
      after: { cause },
    });
  }
  for (const row of await deleteInvitations(tx, ctx, creatorIds)) {
    const { own, cause } = of(row.createdByKeyId, row.invitedBy);
    own.counts.invitationsCount += 1;
    own.events.push({
      action: 'invitation.withdraw',
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: { cause },
    });
  }
  for (const row of await deleteGateways(tx, ctx, creatorIds)) {
    const { own, cause } = of(row.createdByKeyId, row.createdByMemberId);
    own.counts.gatewaysCount += 1;
    own.events.push({
      action: 'gateway.delete',
      target: { type: 'gateway', id: row.id, name: row.name },
      before: gatewayFacts(row),
      after: { cause },
    });
    own.changes.push({ kind: 'gateway', subjectId: row.id });
  }
  for (const row of await findGatewaysLeft(tx, ctx, creatorIds)) {
    of(row.createdByKeyId, row.createdByMemberId).own.counts.gatewaysLeftCount += 1;
  }
  for (const { creator, id } of await findMembersLeft(tx, ctx, creatorIds)) {
    const { counts } = of(creator).own;
    counts.membersLeftCount += 1;
    if (counts.membersLeft.length < NAMED_MAX) counts.membersLeft.push(id);
  }
  return (rootId) => revoked.get(rootId) ?? NOTHING;
}

interface Mutable {
  readonly counts: {
    -readonly [K in keyof CreatedCounts]: CreatedCounts[K] extends number ? number : string[];
  };
  readonly events: FurtherEvent[];
  readonly changes: Change[];
}

/** The secrets stay, so that a request with one is answered `revoked`. */
async function setRevoked(
  tx: Transaction,
  { organizationId }: Ctx,
  rows: readonly KeyRow[],
  now: Date,
  reason: (row: KeyRow) => string,
): Promise<void> {
  for (let at = 0; at < rows.length; at += UPDATED_MAX) {
    const part = rows.slice(at, at + UPDATED_MAX);
    const ids = part.map(({ id }) => id);
    await tx.execute(sql`
      update ${apiKey} set status = 'revoked', revoked_at = ${now.toISOString()}::timestamptz,
        revoke_reason = revoked.reason
      from unnest(${sql.param(ids)}::text[], ${sql.param(part.map(reason))}::text[])
        as revoked (id, reason)
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = revoked.id`);
  }
}

/** The rows stay: revoked keys still say whose they were. */
async function setRemoved(
  tx: Transaction,
  { organizationId }: Ctx,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length === 0) return;
  await tx
    .update(member)
    .set({ status: 'removed' })
    .where(and(eq(member.organizationId, organizationId), among(member.id, memberIds)));
}
