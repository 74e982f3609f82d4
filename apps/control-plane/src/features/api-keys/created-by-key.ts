import { CREATED_COUNTED_MAX } from '@tollkeeper/contract';
import { and, eq, ne, not, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, invitation, joinKey } from '../../db/schema/index.ts';
import type { Change } from '../../kernel/change.ts';
import type { Ctx } from '../../kernel/context.ts';
import { invitationFacts, joinKeyFacts } from '../../kernel/created-facts.ts';
import { forgetAnswer } from '../../kernel/idempotent.ts';
import { holds } from '../../kernel/require-scope.ts';
import { visibleFleet } from '../../kernel/visible-fleet.ts';
import type { FurtherEvent } from '../../kernel/write.ts';
import { among } from './among.ts';
import {
  type Forest,
  findForeignTrees,
  splitForest,
  type Trees,
  treeOfAnother,
} from './created-forest.ts';
import { withCreatedKeys } from './find-created-keys.ts';
import { keyFacts } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';

export interface CreatedCounts {
  readonly keysCount: number;
  readonly joinKeysCount: number;
  readonly invitationsCount: number;
}

export interface RevokedCreated {
  readonly counts: CreatedCounts;
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/**
 * What `revokeCreated` does to the tree of one key.
 * @throws DomainError insufficient_scope when a key among them belongs to somebody else
 */
export async function revokeTree(
  tx: Transaction,
  ctx: Ctx,
  forest: Forest,
  rootId: string,
): Promise<RevokedCreated> {
  if (findForeignTrees(ctx, forest).has(rootId)) throw treeOfAnother();
  const revoked = await revokeCreated(tx, ctx, forest, splitForest(forest, [rootId]));
  return revoked(rootId);
}

/** Rows that one statement updates, so that each ends in time. */
const UPDATED_MAX = 5000;

const NOTHING: RevokedCreated = {
  counts: { keysCount: 0, joinKeysCount: 0, invitationsCount: 0 },
  events: [],
  changes: [],
};

/**
 * Revokes the keys of each tree below its root, and deletes the join keys and invitations that any key
 * of the tree created. However many trees there are, it takes the same number of statements.
 * @param trees of `forest`, none of them among `findForeignTrees`
 * @returns by root
 */
export async function revokeCreated(
  tx: Transaction,
  ctx: Ctx,
  { keys }: Forest,
  trees: Trees,
): Promise<(rootId: string) => RevokedCreated> {
  const rootOf = new Map<string, string>();
  for (const [rootId, ids] of trees) for (const id of ids) rootOf.set(id, rootId);
  const creators = [...rootOf.keys()];
  const below = [...keys.values()].filter(
    ({ id, status }) => status !== 'revoked' && !trees.has(id) && rootOf.has(id),
  );
  const revoked = new Map<string, Mutable>();
  const of = (creatorId: string | null) => {
    const root = keys.get(rootOf.get(creatorId ?? '') ?? '');
    if (!root) throw new Error(`"${creatorId}" is in no tree`);
    const own = revoked.get(root.id) ?? { counts: { ...NOTHING.counts }, events: [], changes: [] };
    revoked.set(root.id, own);
    return { own, cause: { type: 'api_key', id: root.id, name: root.name } };
  };
  const now = ctx.services.clock();
  await setRevoked(tx, ctx, below, now, (id) => reasonOf(of(id).cause.name));
  for (const row of below) {
    const { own, cause } = of(row.id);
    const { id, name, workspaceId } = row;
    const set = { status: 'revoked' as const, revokedAt: now, revokeReason: reasonOf(cause.name) };
    own.counts.keysCount += 1;
    own.events.push({
      action: 'api_key.revoke',
      target: { type: 'api_key', id, name },
      before: keyFacts(row),
      after: { ...keyFacts({ ...row, ...set }), cause },
    });
    own.changes.push({ kind: 'key', subjectId: id, workspaceId });
  }
  for (const row of await deleteJoinKeys(tx, ctx, creators)) {
    const { own, cause } = of(row.createdByKeyId);
    own.counts.joinKeysCount += 1;
    own.events.push({
      action: 'join_key.delete',
      target: { type: 'join_key', id: row.id, name: row.name },
      before: joinKeyFacts(row),
      after: { cause },
    });
  }
  for (const row of await deleteInvitations(tx, ctx, creators)) {
    const { own, cause } = of(row.createdByKeyId);
    own.counts.invitationsCount += 1;
    own.events.push({
      action: 'invitation.withdraw',
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: { cause },
    });
  }
  return (rootId) => revoked.get(rootId) ?? NOTHING;
}

interface Mutable {
  readonly counts: { -readonly [K in keyof CreatedCounts]: number };
  readonly events: FurtherEvent[];
  readonly changes: Change[];
}

function reasonOf(rootName: string): string {
  return `The key "${rootName}", which created it or gave it a new secret, was revoked or deleted`;
}

/** The secrets stay, so that a request with one is answered `revoked`. */
async function setRevoked(
  tx: Transaction,
  { organizationId }: Ctx,
  rows: readonly KeyRow[],
  now: Date,
  reason: (id: string) => string,
): Promise<void> {
  for (let at = 0; at < rows.length; at += UPDATED_MAX) {
    const ids = rows.slice(at, at + UPDATED_MAX).map(({ id }) => id);
    await tx.execute(sql`
      update ${apiKey} set status = 'revoked', revoked_at = ${now.toISOString()}::timestamptz,
        revoke_reason = revoked.reason
      from unnest(${sql.param(ids)}::text[], ${sql.param(ids.map(reason))}::text[])
        as revoked (id, reason)
      where ${apiKey.organizationId} = ${organizationId} and ${apiKey.id} = revoked.id`);
  }
}

/**
 * What `revokeCreated` would take along, besides the given keys themselves; where that is much, of a
 * part of it.
 * @throws DomainError as it does
 */
export async function countCreated(
  ctx: Ctx,
  rootIds: readonly string[],
): Promise<CreatedCounts & { readonly isComplete: boolean }> {
  // PostgreSQL goes on with the recursion only for as long as rows are taken from it.
  const { rows } = await ctx.services.db.execute<{ kind: string; memberId: string; rows: number }>(
    sql`
    ${withCreatedKeys(ctx, rootIds)}, counted as materialized (
      select id from created limit ${CREATED_COUNTED_MAX}
    ), creator as (
      select id from counted union select unnest(${sql.param(rootIds)}::text[])
    )
    select 'counted' as kind, '' as "memberId", count(*)::int as rows from counted
    union all
    select 'key', ${apiKey.memberId}, count(*)::int
    from counted join ${apiKey} on ${apiKey.id} = counted.id
    where ${unrevokedBelow(ctx, rootIds)} group by ${apiKey.memberId}
    union all
    select 'joinKey', '', count(*)::int from creator
    join ${joinKey} on ${joinKey.createdByKeyId} = creator.id where ${visibleJoinKeys(ctx)}
    union all
    select 'invitation', '', count(*)::int from creator
    join ${invitation} on ${invitation.createdByKeyId} = creator.id
    where ${visibleInvitations(ctx)}`,
  );
  const counted = (kind: string) => rows.filter((row) => row.kind === kind);
  requirePowerOver(ctx, counted('key'));
  const sum = (kind: string) => counted(kind).reduce((total, each) => total + each.rows, 0);
  return {
    keysCount: sum('key'),
    joinKeysCount: sum('joinKey'),
    invitationsCount: sum('invitation'),
    isComplete: sum('counted') < CREATED_COUNTED_MAX,
  };
}

function unrevokedBelow({ organizationId }: Ctx, rootIds: readonly string[]) {
  return and(
    eq(apiKey.organizationId, organizationId),
    not(among(apiKey.id, rootIds)),
    ne(apiKey.status, 'revoked'),
  );
}

/** @throws DomainError insufficient_scope */
function requirePowerOver(ctx: Ctx, keys: readonly Pick<KeyRow, 'memberId'>[]): void {
  if (holds(ctx.scopes, 'api_keys.manage_all')) return;
  if (keys.every(({ memberId }) => memberId === ctx.actor.memberId)) return;
  throw treeOfAnother();
}

/** Without fleet.manage none: they stay, blocked, as the key that created them is gone. */
function visibleJoinKeys(ctx: Ctx) {
  return holds(ctx.scopes, 'fleet.manage') ? visibleFleet(ctx, joinKey) : sql`false`;
}

async function deleteJoinKeys(tx: Transaction, ctx: Ctx, creators: readonly string[]) {
  const rows = await tx
    .delete(joinKey)
    .where(and(visibleJoinKeys(ctx), among(joinKey.createdByKeyId, creators)))
    .returning();
  if (rows.length > 0) await forgetAnswer(tx, ctx.organizationId, ...rows.map((row) => row.id));
  return rows;
}

/** Without members.invite none: they stay, blocked. A confined caller withdraws none either. */
function visibleInvitations(ctx: Ctx) {
  return holds(ctx.scopes, 'members.invite') && ctx.workspaceId === null
    ? eq(invitation.organizationId, ctx.organizationId)
    : sql`false`;
}

async function deleteInvitations(tx: Transaction, ctx: Ctx, creators: readonly string[]) {
  const rows = await tx
    .delete(invitation)
    .where(and(visibleInvitations(ctx), among(invitation.createdByKeyId, creators)))
    .returning();
  if (rows.length > 0) await forgetAnswer(tx, ctx.organizationId, ...rows.map((row) => row.id));
  return rows;
}
