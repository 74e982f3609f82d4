import { useEffect, useRef } from 'react';
import { type FieldChange, FieldChanges } from '../field-changes.tsx';
import { Notice } from '../notice.tsx';

/** The fields of a record in words, in the order in which a form shows them. */
export type RecordFields = Readonly<Record<string, string | readonly string[]>>;

interface EditConflictProps<R> {
  /** "This key was changed since you opened it". */
  readonly title: string;
  /** The record as it was opened; undefined while nobody else has edited it. */
  readonly replaced: R | undefined;
  /** The record as it is stored now. */
  readonly base: R;
  readonly fieldsOf: (record: R) => RecordFields;
}

/** Says what somebody else saved while a form was open. */
export function EditConflict<R>({ title, replaced, base, fieldsOf }: EditConflictProps<R>) {
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
          Your edit was not saved, and everything that you entered is still here. Save again to
          apply it on top of these changes.
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
