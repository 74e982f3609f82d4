import { and, asc, eq } from 'drizzle-orm';
import { allowLongStatements, type Transaction } from '../../db/connect.ts';
import { apiKey } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { holds } from '../../kernel/require-scope.ts';
import { among } from './among.ts';
import { findCreations } from './find-created-keys.ts';
import type { KeyRow } from './lock-key.ts';

/** Keys with all that they created or gave a new secret, directly or through others. */
export interface Forest {
  /** The keys that each of them created or rotated, deleted ones too. */
  readonly createdBy: ReadonlyMap<string, readonly string[]>;
  /** Those that are not deleted, in the order of their ids. */
  readonly keys: ReadonlyMap<string, KeyRow>;
}

/** The ids below a root, and the root; each key is in the first tree that reaches it. */
export type Trees = ReadonlyMap<string, readonly string[]>;

/**
 * Finds all that the roots created in one recursion, and locks it until the transaction ends. `write`
 * has locked the end of the audit chain before: no creation is under way, and one that comes later is
 * refused by `confirmActor`. In the order of ids, as all lock keys.
 */
export async function lockForest(
  tx: Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
): Promise<Forest> {
  await allowLongStatements(tx);
  const createdBy = new Map<string, string[]>();
  const ids = new Set(rootIds);
  for (const { creator, id } of await findCreations(tx, ctx, rootIds)) {
    const created = createdBy.get(creator);
    if (created) created.push(id);
    else createdBy.set(creator, [id]);
    ids.add(id);
  }
  const rows = await tx
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, ctx.organizationId), among(apiKey.id, [...ids])))
    .orderBy(asc(apiKey.id))
    .for('update');
  return { createdBy, keys: new Map(rows.map((row) => [row.id, row])) };
}

/**
 * @param keysMax after so many no further tree is begun
 * @returns a tree for each root that no earlier tree holds already
 */
export function splitForest(
  { createdBy }: Forest,
  rootIds: readonly string[],
  keysMax = Number.POSITIVE_INFINITY,
): Trees {
  const trees = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const rootId of rootIds) {
    if (taken.has(rootId) || taken.size >= keysMax) continue;
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
    trees.set(rootId, tree);
  }
  return trees;
}

/**
 * The keys whose tree the caller must not revoke: below them is one that belongs to another member.
 * Such a key is among them itself.
 */
export function findForeignTrees(ctx: Ctx, { createdBy, keys }: Forest): ReadonlySet<string> {
  if (holds(ctx.scopes, 'api_keys.manage_all')) return new Set();
  const creatorsOf = new Map<string, string[]>();
  for (const [creator, created] of createdBy) {
    for (const id of created) {
      const creators = creatorsOf.get(id);
      if (creators) creators.push(creator);
      else creatorsOf.set(id, [creator]);
    }
  }
  const foreign = new Set<string>();
  for (const { id, memberId, status } of keys.values()) {
    if (memberId !== ctx.actor.memberId && status !== 'revoked') foreign.add(id);
  }
  // A set grows while it is read, and yields what was added.
  for (const id of foreign) for (const creator of creatorsOf.get(id) ?? []) foreign.add(creator);
  return foreign;
}

export function treeOfAnother(): DomainError {
  return new DomainError(
    'insufficient_scope',
    'Among the keys that this key created or rotated are some that belong to another member. Ask someone who holds the scope "api_keys.manage_all", or leave out everything it created or rotated.',
    { scopes: ['api_keys.manage_all'] },
  );
}
