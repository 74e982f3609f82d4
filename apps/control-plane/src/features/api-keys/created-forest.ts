import { and, asc, eq, ne, type SQL } from 'drizzle-orm';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey, member, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { among } from './among.ts';
import { type Creation, findCreations } from './find-created-keys.ts';
import type { KeyRow } from './lock-key.ts';
import { findRemovable, type KeepMembers } from './removable-members.ts';

/**
 * Keys and members that one request takes along at most: until it ends, nobody else changes anything
 * in the organization, and no member signs in.
 */
export const CASCADE_MAX = 10_000;

/**
 * Keys with all that they created or gave a new secret, directly or through others, and the members
 * whom any of them admitted, with all that is theirs.
 */
export interface Forest {
  /** What each key or member created or owns, deleted keys and removed members too. */
  readonly createdBy: ReadonlyMap<string, readonly string[]>;
  /** Those that are not deleted, in the order of their ids. */
  readonly keys: ReadonlyMap<string, KeyRow>;
  /** Those whom the caller removes. */
  readonly members: ReadonlyMap<string, MemberRow>;
  /** The roots that created more than one request takes along. Nothing of it is in the forest. */
  readonly tooLarge: ReadonlySet<string>;
  /** The roots that nothing was sought of, as others created enough for one request. */
  readonly postponed: ReadonlySet<string>;
}

type MemberRow = Awaited<ReturnType<typeof lockMembers>>[number];

/** The ids below a root, and the root; each is in the first tree that reaches it. */
export type Trees = ReadonlyMap<string, readonly string[]>;

/**
 * Finds all that the roots created, and locks it until the transaction ends. `write` has locked the
 * end of the audit chain before: no creation is under way, and one that comes later is refused by
 * `confirmActor`. Members first, as removing one does; each in the order of ids, as all lock them.
 * @param rootIds of keys that the caller sees, so that nobody else makes the server search and lock
 */
export async function lockForest(
  tx: Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers: KeepMembers | undefined,
): Promise<Forest> {
  await allowLongStatements(tx);
  const removable = await findRemovable(tx, ctx, keepMembers);
  const { creations, ...left } = await findBoundedCreations(tx, ctx, rootIds, removable);
  const createdBy = new Map<string, string[]>();
  const ids = new Set(rootIds);
  for (const { creator, id } of creations) {
    const created = createdBy.get(creator);
    if (created) created.push(id);
    else createdBy.set(creator, [id]);
    ids.add(id);
  }
  const members = await lockMembers(tx, ctx, [...ids]);
  const keys = await lockKeys(tx, ctx, [...ids]);
  return { createdBy, keys: byId(keys), members: byId(members), ...left };
}

/**
 * In one recursion, unless that finds too much: then root by root, in their order, and no further one
 * once as much was found as one request takes along.
 */
async function findBoundedCreations(
  tx: Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  removable: SQL | undefined,
) {
  const find = (ids: readonly string[]) => findCreations(tx, ctx, ids, removable, CASCADE_MAX + 1);
  const found = await find(rootIds);
  const tooLarge = new Set<string>();
  const postponed = new Set<string>();
  if (found.length <= CASCADE_MAX) return { creations: found, tooLarge, postponed };
  const creations: Creation[] = [];
  const reached = new Set<string>();
  for (const rootId of rootIds) {
    if (reached.has(rootId)) continue;
    if (creations.length >= CASCADE_MAX) {
      postponed.add(rootId);
      continue;
    }
    const own = rootIds.length === 1 ? found : await find([rootId]);
    if (own.length > CASCADE_MAX) {
      tooLarge.add(rootId);
      continue;
    }
    for (const creation of own) {
      creations.push(creation);
      reached.add(creation.id);
    }
  }
  return { creations, tooLarge, postponed };
}

function lockMembers(tx: Transaction, { organizationId }: Ctx, ids: readonly string[]) {
  return tx
    .select({ id: member.id, name: user.name, roleId: member.roleId, status: member.status })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(member.organizationId, organizationId),
        ne(member.status, 'removed'),
        among(member.id, ids),
      ),
    )
    .orderBy(asc(member.id))
    .for('update', { of: member });
}

function lockKeys(tx: Transaction, { organizationId }: Ctx, ids: readonly string[]) {
  return tx
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update');
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * @param keysMax after so many no further tree is begun
 * @returns a tree for each root that no earlier tree holds already
 */
export function splitForest(
  { createdBy }: Pick<Forest, 'createdBy'>,
  rootIds: readonly string[],
  keysMax = Number.POSITIVE_INFINITY,
): Trees {
  const trees = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const rootId of rootIds) {
    if (taken.has(rootId) || taken.size >= keysMax) continue;
    trees.set(rootId, takeTree(createdBy, rootId, taken));
  }
  return trees;
}

/** The root and the ids below it, but for those that are taken; adds them to these. */
function takeTree(
  createdBy: Forest['createdBy'],
  rootId: string,
  taken: Set<string>,
): readonly string[] {
  taken.add(rootId);
  const tree = [rootId];
  // The list grows while it is read.
  for (const id of tree) {
    for (const created of createdBy.get(id) ?? []) {
      if (taken.has(created)) continue;
      taken.add(created);
      tree.push(created);
    }
  }
  return tree;
}

/**
 * The roots that the caller must not revoke: in their tree is a key of another member, who is not in
 * that tree. A member in the tree of another root does not count, as that root may be refused.
 */
export function findForeignTrees(
  ctx: Ctx,
  { createdBy, keys, members }: Forest,
  rootIds: readonly string[],
): ReadonlySet<string> {
  const ownerOf = new Map<string, string>();
  if (!holds(ctx.scopes, 'api_keys.manage_all')) {
    for (const { id, memberId, status } of keys.values()) {
      if (memberId !== ctx.actor.memberId && status !== 'revoked') ownerOf.set(id, memberId);
    }
  }
  if (ownerOf.size === 0) return new Set();
  const isForeign = (rootId: string) => {
    const tree = new Set(takeTree(createdBy, rootId, new Set()));
    const leaves = (ownerId: string) => members.has(ownerId) && tree.has(ownerId);
    return [...tree].some((id) => {
      const ownerId = ownerOf.get(id);
      return ownerId !== undefined && !leaves(ownerId);
    });
  };
  return new Set(rootIds.filter(isForeign));
}

export function treeOfAnother(): DomainError {
  return new DomainError(
    'insufficient_scope',
    'Among the keys that this key created or rotated are some that belong to another member. Ask someone who holds the scope "api_keys.manage_all", or leave out everything it created or rotated.',
    { scopes: ['api_keys.manage_all'] },
  );
}

export function treeTooLarge(): DomainError {
  return new DomainError(
    'cascade_too_large',
    `This key created or rotated more than ${CASCADE_MAX.toLocaleString('en')} keys, directly or through others. Revoke it without what it created first: it is then refused at once. After that, revoke the keys that it created with what they created, up to 1,000 keys in a request; GET /v1/api-keys with createdByKeyId lists them.`,
  );
}
