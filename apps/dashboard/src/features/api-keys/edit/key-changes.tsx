import type { Scope } from '@tollkeeper/contract';
import { Minus, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { exactTime } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { editBody, type KeyBefore, type KeyEdit } from './key-edit.ts';

interface KeyChangesProps {
  readonly edit: KeyEdit;
  readonly before: KeyBefore;
}

/** What saving changes, before it does. */
export function KeyChanges({ edit, before }: KeyChangesProps) {
  const { name, scopes, expiresAt, allowedIps } = editBody(edit, before, useNow());
  const isUnchanged = !name && !scopes && expiresAt === undefined && !allowedIps;
  return (
    <section aria-label="Changes" aria-live="polite" className="rounded-lg bg-sunken px-4 py-3">
      <h3 className="text-[0.8125rem] text-soft">Changes</h3>
      {isUnchanged ? <p>None yet.</p> : null}
      <dl className="flex flex-col gap-2 empty:hidden">
        {name ? (
          <Change term="Name">
            <Turned from={before.name} to={name} />
          </Change>
        ) : null}
        {scopes ? (
          <Change term="Scopes">
            <Difference from={before.scopes} to={scopes as readonly Scope[]} />
          </Change>
        ) : null}
        {expiresAt === undefined ? null : (
          <Change term="Expires">
            <Turned from={expiryWords(before.expiresAt)} to={expiryWords(expiresAt)} />
          </Change>
        )}
        {allowedIps ? (
          <Change term="Allowed IP ranges">
            <Difference from={before.allowedIps} to={allowedIps} />
            {allowedIps.length === 0 ? <p>The key works from any address.</p> : null}
          </Change>
        ) : null}
      </dl>
    </section>
  );
}

function Change({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="mt-1 [overflow-wrap:anywhere]">
      <dt className="font-medium">{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Turned({ from, to }: { readonly from: string; readonly to: string }) {
  return (
    <>
      <span className="sr-only">from </span>
      <span className="text-soft line-through">{from}</span> <span aria-hidden>→</span>
      <span className="sr-only">to</span> {to}
    </>
  );
}

interface DifferenceProps {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

function Difference({ from, to }: DifferenceProps) {
  const added = to.filter((item) => !from.includes(item));
  const removed = from.filter((item) => !to.includes(item));
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 font-mono text-[0.8125rem]">
      {added.map((item) => (
        <li key={item} className="flex items-center gap-1">
          <Plus size={13} aria-hidden className="shrink-0 text-good" />
          <span className="sr-only">Added: </span>
          {item}
        </li>
      ))}
      {removed.map((item) => (
        <li key={item} className="flex items-center gap-1">
          <Minus size={13} aria-hidden className="shrink-0 text-bad-ink" />
          <span className="sr-only">Removed: </span>
          {item}
        </li>
      ))}
    </ul>
  );
}

function expiryWords(at: string | null): string {
  return at === null ? 'never' : exactTime(at);
}
