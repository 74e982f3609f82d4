import { type FieldChange, FieldChanges } from '../../../components/field-changes.tsx';
import { exactTime } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { editBody, type KeyBefore, type KeyEdit } from './key-edit.ts';

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
  const { name, scopes, expiresAt, allowedIps } = editBody(edit, before, now);
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
  ];
}

/** What an edit can change of a key, in words. */
export function keyFields({ name, scopes, expiresAt, allowedIps }: KeyBefore) {
  return {
    Name: name,
    Scopes: scopes,
    Expires: expiryWords(expiresAt),
    'Allowed IP ranges': allowedIps,
  };
}

function expiryWords(at: string | null): string {
  return at === null ? 'never' : exactTime(at);
}
