import type { Authority } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { findRemovable, type KeepMembers } from '../../lineage/removable-members.ts';
import type { Change } from '../../write/change.ts';
import type { FurtherEvent } from '../../write/write.ts';
import type { CascadeSearch } from './cascade-search.ts';
import { endCreated } from './created-by-key.ts';
import { namesAny } from './created-counts.ts';
import type { Created } from './find-created.ts';

interface Ending {
  readonly keepMembers: KeepMembers | undefined;
  readonly now: Date;
  /** Of keys that were revoked before: who stays is not named of them again. */
  readonly wasRevoked: (rootId: string) => boolean;
}

interface Ended {
  /** Of which it ended something. */
  readonly rootIds: readonly string[];
  readonly events: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/** Ends a part of what a search found, with an event for each of its roots and for each thing. */
export async function endFound(
  tx: Transaction,
  ctx: Authority,
  { roots, foreign }: Pick<CascadeSearch, 'roots' | 'foreign'>,
  part: Created,
  { keepMembers, now, wasRevoked }: Ending,
): Promise<Ended> {
  const own = roots.filter(({ id }) => !foreign.has(id));
  const removable = await findRemovable(tx, ctx, keepMembers);
  const ended = await endCreated(tx, ctx, part, { roots: own, removable, now });
  const events: FurtherEvent[] = [];
  const changes: Change[] = [];
  const rootIds: string[] = [];
  for (const { id, name, workspaceId = null } of own) {
    const { counts, events: endEvents, changes: endChanges } = ended(id);
    if (endEvents.length > 0) rootIds.push(id);
    else if (wasRevoked(id) || !namesAny(counts)) continue;
    const target = { type: 'api_key' as const, id, name, workspaceId };
    events.push({ action: 'api_key.cascade', target, before: null, after: { created: counts } });
    for (const each of endEvents) events.push(each);
    for (const each of endChanges) changes.push(each);
  }
  return { rootIds, events, changes };
}
