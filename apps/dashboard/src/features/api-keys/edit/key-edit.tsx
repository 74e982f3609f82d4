import type { ApiKey, RouteInput, Routes, Scope } from '@tollkeeper/contract';
import { type FieldChange, FieldChanges } from '../../../components/field-changes.tsx';
import { exactTime } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import {
  checkWhateverProfile,
  type DraftErrors,
  type Expiry,
  expiresAt,
} from '../create/key-draft.ts';

/** A key as a person edits it. */
export interface KeyEdit {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly expiry: Expiry;
  readonly allowedIps: readonly string[];
  readonly tags: readonly string[];
}

type KeyBefore = Pick<ApiKey, 'name' | 'scopes' | 'expiresAt' | 'allowedIps' | 'tags'>;
type Body = RouteInput<Routes['updateKey']>['body'];

export function editOf({ name, scopes, allowedIps, tags }: KeyBefore): KeyEdit {
  return { name, scopes: new Set(scopes), expiry: { choice: 'keep', date: '' }, allowedIps, tags };
}

/** What is wrong, in words, by field; empty when the server may be asked. */
export function checkEdit(edit: KeyEdit, now: number): DraftErrors {
  return {
    ...checkWhateverProfile(edit),
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
    ...(sameMembers(edit.tags, before.tags) ? {} : { tags: [...edit.tags] }),
  };
}

export function isChanged(edit: KeyEdit, before: KeyBefore, now: number): boolean {
  return Object.keys(editBody(edit, before, now)).length > 0;
}

function sameMembers(some: Iterable<string>, others: Iterable<string>): boolean {
  return new Set(some).symmetricDifference(new Set(others)).size === 0;
}

interface KeyChangesProps {
  readonly edit: KeyEdit;
  readonly before: KeyBefore;
}

/** What saving changes, before it does. */
export function KeyChanges({ edit, before }: KeyChangesProps) {
  const changes = changesOf(edit, before, useNow());
  return (
    <section aria-label="Changes" aria-live="polite" className="rounded-lg bg-sunken px-4 py-3">
      <h3 className="text-[0.8125rem] text-soft">Changes</h3>
      {changes.length === 0 ? <p>None yet.</p> : null}
      <FieldChanges changes={changes} />
    </section>
  );
}

function changesOf(edit: KeyEdit, before: KeyBefore, now: number): FieldChange[] {
  const { name, scopes, expiresAt, allowedIps, tags } = editBody(edit, before, now);
  const anywhere = allowedIps?.length === 0 ? 'The key works from any address.' : undefined;
  return [
    ...(name ? [{ term: 'Name', from: before.name, to: name }] : []),
    ...(scopes ? [{ term: 'Scopes', from: before.scopes, to: scopes }] : []),
    ...(expiresAt === undefined
      ? []
      : [{ term: 'Expires', from: expiryWords(before.expiresAt), to: expiryWords(expiresAt) }]),
    ...(allowedIps
      ? [{ term: 'Allowed IP ranges', from: before.allowedIps, to: allowedIps, note: anywhere }]
      : []),
    ...(tags ? [{ term: 'Tags', from: before.tags, to: tags }] : []),
  ];
}

/** What an edit can change of a key, in words. */
export function keyFields({ name, scopes, expiresAt, allowedIps, tags }: KeyBefore) {
  return {
    Name: name,
    Scopes: scopes,
    Expires: expiryWords(expiresAt),
    'Allowed IP ranges': allowedIps,
    Tags: tags,
  };
}

function expiryWords(at: string | null): string {
  return at === null ? 'never' : exactTime(at);
}
