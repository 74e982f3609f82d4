import { setImmediate } from 'node:timers/promises';
import { holds } from '../../access/require-scope.ts';
import type { Authority } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import type { ReadLineage } from '../../lineage/read-lineage.ts';
import { traceDescendants } from '../../lineage/trace-descendants.ts';
import { livingKeys } from './created-rows.ts';

/**
 * The roots that the caller must not revoke with what they created: a key of another member is among
 * it, who does not leave with it. A member who leaves with another root does not count, as that one
 * may be refused. Each root is traced alone, through nothing but what may lead to such a key.
 */
export async function findForeignRoots(
  ctx: Authority,
  lineage: ReadLineage,
  rootIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const foreign = new Set<string>();
  if (holds(ctx.scopes, 'api_keys.manage_all')) return foreign;
  const { memberId: callerId } = ctx.actor;
  const isForeign = ({ memberId }: { readonly memberId: string }) => memberId !== callerId;
  const keys = [...lineage.keys.values()].filter(isForeign);
  if (keys.length === 0) return foreign;
  const part = leadingTo(lineage, new Set(keys.map(({ id }) => id)));
  for (const rootId of rootIds) {
    if (!part.ids.has(rootId)) continue;
    const living = livingKeys(part, traceDescendants(part, [rootId]), [rootId]);
    if (living.some((key) => isForeign(key) && !key.ownerLeaves)) foreign.add(rootId);
    // Others are served in between.
    await setImmediate();
  }
  return foreign;
}

/** The part of the lineage through which any of the keys may have come. */
function leadingTo(lineage: ReadLineage, foreignIds: ReadonlySet<string>) {
  const creatorsOf = new Map<string, string[]>();
  const add = (id: string, creator: string) => {
    const creators = creatorsOf.get(id);
    if (creators) creators.push(creator);
    else creatorsOf.set(id, [creator]);
  };
  for (const { id, creator } of lineage.links) add(id, creator);
  for (const { memberId, inviters } of lineage.admissions) {
    for (const creator of inviters) add(memberId, creator);
  }
  const ids = new Set(foreignIds);
  // A set goes on with what is added while it is read.
  for (const id of ids) for (const creator of creatorsOf.get(id) ?? []) ids.add(creator);
  return {
    ...lineage,
    ids,
    links: lineage.links.filter(({ id }) => ids.has(id)),
    admissions: lineage.admissions.filter(({ memberId }) => ids.has(memberId)),
    keys: new Map([...lineage.keys].filter(([id]) => foreignIds.has(id))),
  };
}

const ASK = 'Ask someone who holds the scope "api_keys.manage_all"';

/** Of a cascade that was not begun. */
export function treeOfAnother(): DomainError {
  return ofAnother(
    `Among the keys that this key created or rotated are some that belong to another member. ${ASK}, or leave out everything it created or rotated.`,
  );
}

/** Of one whose key was revoked. */
export function treeOfAnotherLeft(): DomainError {
  return ofAnother(
    `The key was revoked, but not what it created. Among the keys that it created or rotated are some that belong to another member, or too many to tell. ${ASK} to revoke it again with what it created.`,
  );
}

function ofAnother(message: string): DomainError {
  return new DomainError('insufficient_scope', message, { scopes: ['api_keys.manage_all'] });
}
