import { type ReactNode, useId } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';
import { FieldError } from './field.tsx';

interface RadioRowProps {
  readonly name: string;
  readonly label: string;
  readonly hint: ReactNode;
  readonly aside?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
}

/** One choice of several, with what it means. */
export function RadioRow({
  name,
  label,
  hint,
  aside,
  checked,
  disabled = false,
  onChoose,
}: RadioRowProps) {
  const id = useId();
  return (
    <div
      className={joinClasses(
        'relative flex gap-3 rounded-lg border px-3.5 py-2.5 focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-1',
        checked ? 'border-accent bg-tint' : 'border-line hover:bg-hover',
        disabled && 'opacity-60',
      )}
    >
      <input
        id={id}
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        aria-describedby={`${id}-hint`}
        className="relative z-1 mt-0.5 outline-none"
      />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline justify-between gap-2">
          {/* The label's area covers the whole card. */}
          <label htmlFor={id} className="font-medium after:absolute after:inset-0">
            {label}
          </label>
          {aside ? <span className="shrink-0 text-[0.8125rem] text-soft">{aside}</span> : null}
        </div>
        <p id={`${id}-hint`} className="text-[0.8125rem] text-soft">
          {hint}
        </p>
      </div>
    </div>
  );
}

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

interface ChoiceChipsProps<V extends string> {
  readonly name: string;
  readonly value: V;
  readonly choices: readonly { readonly value: V; readonly label: string }[];
  readonly onChoose: (value: V) => void;
}

/** Short choices that wrap where there is no room: radio buttons by another look. */
export function ChoiceChips<V extends string>({
  name,
  value,
  choices,
  onChoose,
}: ChoiceChipsProps<V>) {
  return (
    <div className="flex flex-wrap gap-2">
      {choices.map((choice) => (
        <label
          key={choice.value}
          className={joinClasses(
            'relative flex h-9 items-center rounded-md border px-3 focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-1',
            value === choice.value
              ? 'border-accent bg-tint font-medium'
              : 'border-control/60 hover:bg-hover',
          )}
        >
          <input
            type="radio"
            name={name}
            className="absolute inset-0 opacity-0"
            checked={value === choice.value}
            onChange={() => onChoose(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </div>
  );
}

interface SegmentedChoiceProps<V extends string> {
  readonly legend: string;
  readonly value: V;
  readonly choices: readonly { readonly value: V; readonly label: ReactNode }[];
  readonly onChoose: (value: V) => void;
}

/** A few choices side by side, one of them taken: radio buttons by another look. */
export function SegmentedChoice<V extends string>({
  legend,
  value,
  choices,
  onChoose,
}: SegmentedChoiceProps<V>) {
  const name = useId();
  return (
    <fieldset className="flex min-w-0 gap-0.5 rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">{legend}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className={joinClasses(
            'relative flex h-7 flex-1 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-1.5 text-[0.8125rem] focus-within:outline-2 focus-within:outline-accent',
            value === choice.value
              ? 'bg-surface font-medium text-ink shadow-sm'
              : 'text-soft hover:text-ink',
          )}
        >
          <input
            type="radio"
            name={name}
            checked={value === choice.value}
            onChange={() => onChoose(choice.value)}
            className="absolute inset-0 size-full opacity-0"
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}
