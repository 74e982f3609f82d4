import { and, asc, eq, ne, not, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey, invitation, joinKey } from '../../db/schema/index.ts';
import type { Change } from '../../kernel/change.ts';
import type { Ctx } from '../../kernel/context.ts';
import { invitationFacts, joinKeyFacts } from '../../kernel/created-facts.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { forgetAnswer } from '../../kernel/idempotent.ts';
import { holds } from '../../kernel/require-scope.ts';
import { visibleFleet } from '../../kernel/visible-fleet.ts';
import type { FurtherEvent } from '../../kernel/write.ts';
import { findCreatedKeys, withCreatedKeys } from './find-created-keys.ts';
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
 * The ids of the key and of all keys that it created or gave a new secret, directly or through
 * others, locked until the transaction ends. `write` has locked the end of the audit chain before: no creation is under way,
 * and one that comes later is refused by `confirmActor`. In the order of ids, as all lock keys.
 */
export async function lockTree(tx: Transaction, ctx: Ctx, rootId: string): Promise<string[]> {
  await allowLongStatements(tx);
  const ids = [rootId, ...(await findCreatedKeys(tx, ctx, [rootId]))];
  await tx
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update');
  return ids;
}

/**
 * Revokes the keys of the tree below its root, and deletes the join keys and invitations that any
 * key of the tree created.
 * @param creators what `lockTree` gave
 * @throws DomainError insufficient_scope when a key among them belongs to somebody else
 */
export async function revokeCreated(
  tx: Transaction,
  ctx: Ctx,
  root: Pick<KeyRow, 'id' | 'name'>,
  creators: readonly string[],
): Promise<RevokedCreated> {
  const cause = { type: 'api_key', id: root.id, name: root.name };
  const keys = await revokeKeys(tx, ctx, creators, root);
  const joinKeys = await deleteJoinKeys(tx, ctx, creators);
  const invitations = await deleteInvitations(tx, ctx, creators);
  return {
    counts: {
      keysCount: keys.length,
      joinKeysCount: joinKeys.length,
      invitationsCount: invitations.length,
    },
    events: [
      ...keys.map(({ before, after }) => ({
        action: 'api_key.revoke',
        target: { type: 'api_key' as const, id: before.id, name: before.name },
        before: keyFacts(before),
        after: { ...keyFacts(after), cause },
      })),
      ...joinKeys.map((row) => ({
        action: 'join_key.delete',
        target: { type: 'join_key' as const, id: row.id, name: row.name },
        before: joinKeyFacts(row),
        after: { cause },
      })),
      ...invitations.map((row) => ({
        action: 'invitation.withdraw',
        target: { type: 'invitation' as const, id: row.id, name: row.email },
        before: invitationFacts(row),
        after: { cause },
      })),
    ],
    changes: keys.map(({ before: { id, workspaceId } }) => ({
      kind: 'key' as const,
      subjectId: id,
      workspaceId,
    })),
  };
}

/**
 * What `revokeCreated` would take along, besides the given keys themselves.
 * @throws DomainError as it does
 */
export async function countCreated(ctx: Ctx, rootIds: readonly string[]): Promise<CreatedCounts> {
  const { rows } = await ctx.services.db.execute<{ kind: string; memberId: string; rows: number }>(
    sql`
    ${withCreatedKeys(ctx, rootIds)}, creator as (
      select id from created union select unnest(${sql.param(rootIds)}::text[])
    )
    select 'key' as kind, ${apiKey.memberId} as "memberId", count(*)::int as rows
    from created join ${apiKey} on ${apiKey.id} = created.id
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
  };
}

function unrevokedBelow({ organizationId }: Ctx, rootIds: readonly string[]) {
  return and(
    eq(apiKey.organizationId, organizationId),
    not(among(apiKey.id, rootIds)),
    ne(apiKey.status, 'revoked'),
  );
}

/** One parameter, however many ids. */
export function among(column: PgColumn, ids: readonly string[]) {
  return sql`${column} = any(${sql.param(ids)}::text[])`;
}

/** The secrets stay, so that a request with one is answered `revoked`. */
async function revokeKeys(
  tx: Transaction,
  ctx: Ctx,
  creators: readonly string[],
  root: Pick<KeyRow, 'id' | 'name'>,
) {
  const rows = await tx
    .select()
    .from(apiKey)
    .where(and(unrevokedBelow(ctx, [root.id]), among(apiKey.id, creators)))
    .orderBy(asc(apiKey.id));
  requirePowerOver(ctx, rows);
  const set = {
    status: 'revoked' as const,
    revokedAt: ctx.services.clock(),
    revokeReason: `The key "${root.name}", which created it or gave it a new secret, was revoked or deleted`,
  };
  const ids = rows.map((row) => row.id);
  await tx
    .update(apiKey)
    .set(set)
    .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, ids)));
  return rows.map((before) => ({ before, after: { ...before, ...set } }));
}

/** @throws DomainError insufficient_scope */
function requirePowerOver(ctx: Ctx, keys: readonly Pick<KeyRow, 'memberId'>[]): void {
  if (holds(ctx.scopes, 'api_keys.manage_all')) return;
  if (keys.every(({ memberId }) => memberId === ctx.actor.memberId)) return;
  throw new DomainError(
    'insufficient_scope',
    'Among the keys that this key created or rotated are some that belong to another member. Ask someone who holds the scope "api_keys.manage_all", or leave out everything it created or rotated.',
    { scopes: ['api_keys.manage_all'] },
  );
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
