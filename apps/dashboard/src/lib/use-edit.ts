import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';

/** A record that can be edited. */
export interface Edited {
  readonly etag: string;
}

interface Edit<R, D> {
  /** The record that the draft changes. */
  readonly base: R;
  readonly draft: D;
  readonly setDraft: (next: (draft: D) => D) => void;
  /** Whether the draft would change the record. */
  readonly isChanged: boolean;
  /** The record as it was opened, where an edit of somebody else has replaced it since. */
  readonly replaced: R | undefined;
  /** Begins anew with the record, such as after it was saved. */
  readonly open: (record: R) => void;
  /**
   * Sends the edit with the etag of the record that the person has seen. Where somebody else has
   * edited it since, reads it again and keeps what the person has entered.
   * @returns undefined where nothing was saved, and the person is to look at `replaced`
   */
  readonly save: <T>(send: (etag: string) => Promise<T>) => Promise<T | undefined>;
}

/** A draft that edits a record, and overwrites nothing that the person has not seen. */
export function useEdit<R extends Edited, D extends object>(
  opened: R,
  draftOf: (record: R) => D,
  readAgain: () => Promise<R | undefined>,
): Edit<R, D> {
  const [base, setBase] = useState(opened);
  const [draft, setDraft] = useState(() => draftOf(opened));
  const [replaced, setReplaced] = useState<R>();

  function open(record: R): void {
    setBase(record);
    setDraft(draftOf(record));
    setReplaced(undefined);
  }

  async function save<T>(send: (etag: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await send(base.etag);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'edit_conflict') throw error;
      const record = await readAgain();
      if (!record) throw error;
      setDraft((mine) => mergeDraft(mine, draftOf(base), draftOf(record)));
      setBase(record);
      setReplaced(base);
      return undefined;
    }
  }

  const isChanged = !isSame(draft, draftOf(base));
  return { base, draft, setDraft, isChanged, replaced, open, save };
}

/**
 * What a person has entered, on top of what somebody else saved meanwhile: a field that they left as
 * it was follows the record; of sets, lists and labels, what they added and removed is added and
 * removed.
 * @param from the record as the person opened it
 * @param to the record as it is stored now
 */
export function mergeDraft<D extends object>(draft: D, from: D, to: D): D {
  const names = new Set([draft, from, to].flatMap(Object.keys)) as Set<keyof D>;
  const merged = [...names].map((name) => [name, mergeField(draft[name], from[name], to[name])]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as D;
}

function mergeField(mine: unknown, from: unknown, to: unknown): unknown {
  if (mine instanceof Set && from instanceof Set && to instanceof Set) {
    return to.difference(from.difference(mine)).union(mine.difference(from));
  }
  if (Array.isArray(mine) && Array.isArray(from) && Array.isArray(to)) {
    const kept = to.filter((item) => mine.includes(item) || !from.includes(item));
    const added = mine.filter((item) => !from.includes(item) && !to.includes(item));
    return [...kept, ...added];
  }
  if (isRecord(mine) && isRecord(from) && isRecord(to)) return mergeDraft(mine, from, to);
  return isSame(mine, from) ? to : mine;
}

/** Whether two drafts hold the same, in whatever order it was entered. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Set && other instanceof Set) {
    return one.symmetricDifference(other).size === 0;
  }
  if (isRecord(one) && isRecord(other)) {
    const names = new Set([one, other].flatMap(Object.keys));
    return [...names].every((name) => isSame(one[name], other[name]));
  }
  return JSON.stringify(one) === JSON.stringify(other);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
