import type { ApiKey, RouteInput, Routes, Scope } from '@tollkeeper/contract';
import { type Expiry, expiresAt } from '../create/expiry.ts';
import { checkNameAndRanges, type DraftErrors } from '../create/key-draft.ts';

/** A key as a person edits it. */
export interface KeyEdit {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiry: Expiry;
  readonly allowedIps: readonly string[];
}

export type KeyBefore = Pick<ApiKey, 'name' | 'scopes' | 'expiresAt' | 'allowedIps'>;
type Body = RouteInput<Routes['updateKey']>['body'];

export function editOf({ name, scopes, allowedIps }: KeyBefore): KeyEdit {
  return { name, scopes: new Set(scopes), expiry: { choice: 'keep', date: '' }, allowedIps };
}

/** What is wrong, in words, by field; empty when the server may be asked. */
export function checkEdit(edit: KeyEdit, now: number): DraftErrors {
  return {
    ...checkNameAndRanges(edit),
    ...(edit.scopes.size === 0 ? { scopes: 'Choose at least one scope.' } : {}),
    ...(expiresAt(edit.expiry, now) === undefined
      ? { expiresAt: 'Choose a date in the future.' }
      : {}),
  };
}

/** The request: only what differs, since what is sent has to stay within what the person holds. */
export function editBody(edit: KeyEdit, before: KeyBefore, now: number): Body {
  const name = edit.name.trim();
  const until = expiresAt(edit.expiry, now, before.expiresAt) ?? null;
  return {
    ...(name === before.name ? {} : { name }),
    ...(sameMembers(edit.scopes, before.scopes) ? {} : { scopes: [...edit.scopes] }),
    ...(until === before.expiresAt ? {} : { expiresAt: until }),
    ...(sameMembers(edit.allowedIps, before.allowedIps)
      ? {}
      : { allowedIps: [...edit.allowedIps] }),
  };
}

export function isChanged(edit: KeyEdit, before: KeyBefore, now: number): boolean {
  return Object.keys(editBody(edit, before, now)).length > 0;
}

function sameMembers(some: Iterable<string>, others: Iterable<string>): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}
