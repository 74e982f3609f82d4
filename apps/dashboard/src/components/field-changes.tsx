import { Minus, Plus } from 'lucide-react';
import type { ReactNode } from 'react';

/** A field in words; several values where it is a list. */
export interface FieldChange {
  readonly term: string;
  readonly from: string | readonly string[];
  readonly to: string | readonly string[];
  /** What follows from the change. */
  readonly note?: ReactNode;
}

/** What a field was, and what it is or would be. */
export function FieldChanges({ changes }: { readonly changes: readonly FieldChange[] }) {
  return (
    <dl className="flex flex-col gap-2 empty:hidden">
      {changes.map(({ term, from, to, note }) => (
        <div key={term} className="mt-1 [overflow-wrap:anywhere]">
          <dt className="font-medium">{term}</dt>
          <dd>
            {typeof from === 'string' || typeof to === 'string' ? (
              <Turned from={String(from)} to={String(to)} />
            ) : (
              <Difference from={from} to={to} />
            )}
            {note ? <p>{note}</p> : null}
          </dd>
        </div>
      ))}
    </dl>
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
