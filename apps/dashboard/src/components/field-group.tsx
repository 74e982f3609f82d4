import { type ReactNode, useId } from 'react';
import { FieldError } from './field.tsx';

interface FieldGroupProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

/** Several controls that answer one question. */
export function FieldGroup({ label, hint, error, children }: FieldGroupProps) {
  const id = useId();
  return (
    <fieldset
      className="flex min-w-0 flex-col gap-1.5"
      aria-describedby={error ? `${id}-error` : undefined}
    >
      <legend className="mb-1.5 font-medium text-ink">{label}</legend>
      {children}
      {hint ? <p className="text-[0.8125rem] text-soft">{hint}</p> : null}
      <FieldError id={`${id}-error`} message={error} />
    </fieldset>
  );
}
