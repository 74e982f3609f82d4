import { type ReactNode, useId } from 'react';
import { FieldError } from './field.tsx';

interface CheckRowProps {
  readonly label: string;
  readonly hint: ReactNode;
  readonly checked: boolean;
  readonly error?: string | undefined;
  readonly onCheck: (checked: boolean) => void;
}

/** Something to switch on, with what it means. */
export function CheckRow({ label, hint, checked, error, onCheck }: CheckRowProps) {
  const id = useId();
  return (
    <div className="flex gap-3">
      <input
        id={id}
        type="checkbox"
        className="mt-0.5"
        aria-describedby={error ? `${id}-hint ${id}-error` : `${id}-hint`}
        checked={checked}
        onChange={(event) => onCheck(event.target.checked)}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-[0.8125rem] text-soft">
          {hint}
        </p>
        <FieldError id={`${id}-error`} message={error} />
      </div>
    </div>
  );
}
