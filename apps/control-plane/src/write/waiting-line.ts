import type { AuditActor } from './audit.ts';

/**
 * Entries in the order in which they have their turn: owners take turns, and so do the credentials of
 * an owner. Somebody with many keys goes no faster than somebody with one.
 */
export class WaitingLine<Entry extends { readonly caller: Caller }> {
  /** By owner, then by credential; who comes first is first in the map. */
  readonly #owners = new Map<string, Map<string, Entry[]>>();

  add(entry: Entry): void {
    this.#entriesOf(entry.caller).push(entry);
  }

  /** Adds entries that were taken, in that order, before what their credentials have in the line. */
  putBack(entries: readonly Entry[]): void {
    for (const entry of entries.toReversed()) this.#entriesOf(entry.caller).unshift(entry);
  }

  /** Takes the next entry that `accepts` allows, and moves its owner and credential to the end of the line. */
  take(accepts: (entry: Entry) => boolean): Entry | undefined {
    for (const [owner, credentials] of this.#owners) {
      for (const [credential, entries] of credentials) {
        const [first] = entries;
        if (!first || !accepts(first)) continue;
        entries.shift();
        moveLast(credentials, credential, entries.length > 0 ? entries : undefined);
        moveLast(this.#owners, owner, credentials.size > 0 ? credentials : undefined);
        return first;
      }
    }
    return undefined;
  }

  countOf(owner: string): number {
    let count = 0;
    for (const entries of this.#owners.get(owner)?.values() ?? []) count += entries.length;
    return count;
  }

  #entriesOf({ owner, credential }: Caller): Entry[] {
    const credentials = this.#owners.get(owner) ?? new Map<string, Entry[]>();
    this.#owners.set(owner, credentials);
    const entries = credentials.get(credential) ?? [];
    credentials.set(credential, entries);
    return entries;
  }
}

function moveLast<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  map.delete(key);
  if (value !== undefined) map.set(key, value);
}

/** Who waits for a turn among the changes of an organization. */
export interface Caller {
  /** The member or user, whose credentials share one turn. */
  readonly owner: string;
  /** The key, or the sessions of the owner. */
  readonly credential: string;
}

/** All sessions of a member are one caller: signing in more often gives no more turns. */
export function callerOf(actor: AuditActor): Caller {
  switch (actor.type) {
    case 'key':
      return { owner: actor.memberId, credential: actor.keyId };
    case 'join_key':
      return { owner: actor.memberId, credential: actor.joinKeyId };
    case 'member':
      return { owner: actor.memberId, credential: 'sessions' };
    case 'operator':
    case 'system':
      return { owner: actor.type, credential: actor.type };
  }
}
