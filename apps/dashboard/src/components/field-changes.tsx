import { Minus, Plus } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Notice } from './notice.tsx';

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

/** The fields of a record in words, in the order in which a form shows them. */
export type RecordFields = Readonly<Record<string, string | readonly string[]>>;

interface EditConflictProps<R> {
  /** "This key was changed since you opened it". */
  readonly title: string;
  /** What the button says that saves. */
  readonly submitLabel: string;
  /** The record as it was opened; undefined while nobody else has edited it. */
  readonly replaced: R | undefined;
  /** The record as it is stored now. */
  readonly base: R;
  readonly fieldsOf: (record: R) => RecordFields;
}

/** Says what somebody else saved while a form was open. */
export function EditConflict<R>({
  title,
  submitLabel,
  replaced,
  base,
  fieldsOf,
}: EditConflictProps<R>) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (replaced) place.current?.scrollIntoView({ block: 'center' });
  }, [replaced]);
  if (!replaced) return null;
  return (
    <div ref={place}>
      <Notice tone="warn" urgent title={title}>
        <FieldChanges changes={changesBetween(fieldsOf(replaced), fieldsOf(base))} />
        <p className="mt-2">
          Your edit was not saved, and everything that you entered is still here. Choose{' '}
          {`“${submitLabel}”`} again to apply it on top of these changes.
        </p>
      </Notice>
    </div>
  );
}

function changesBetween(from: RecordFields, to: RecordFields): FieldChange[] {
  return Object.entries(to)
    .map(([term, value]) => ({ term, from: from[term] ?? '', to: value }))
    .filter((change) => String(change.from) !== String(change.to));
}
