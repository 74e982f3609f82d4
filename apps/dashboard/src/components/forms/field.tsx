import { type ReactNode, useId } from 'react';

interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly children: (control: FieldControl) => ReactNode;
}

/** A control with its label, hint and error, tied together for assistive technology. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-ink">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
        'aria-invalid': error !== undefined,
      })}
      {hint ? (
        <div id={`${id}-hint`} className="text-[0.8125rem] text-soft [overflow-wrap:anywhere]">
          {hint}
        </div>
      ) : null}
      <FieldError id={`${id}-error`} message={error} />
    </div>
  );
}

export function FieldError({
  id,
  message,
}: {
  readonly id?: string | undefined;
  readonly message: string | undefined;
}) {
  if (message === undefined) return null;
  return (
    <p id={id} role="alert" className="text-[0.8125rem] text-bad-ink">
      {message}
    </p>
  );
}

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
      {/* Above the controls, which may be taller than the window. */}
      <FieldError id={`${id}-error`} message={error} />
      {children}
      {hint ? <p className="text-[0.8125rem] text-soft">{hint}</p> : null}
    </fieldset>
  );
}
