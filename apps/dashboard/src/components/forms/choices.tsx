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

/** A radio button with an explanation. */
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

/** A checkbox with an explanation. */
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

interface Choices<V extends string> {
  readonly value: V;
  readonly choices: readonly { readonly value: V; readonly label: ReactNode }[];
  readonly onChoose: (value: V) => void;
}

interface ChoiceChipsProps<V extends string> extends Choices<V> {
  readonly name: string;
}

/** Short choices that wrap where there is no room. */
export function ChoiceChips<V extends string>(choices: ChoiceChipsProps<V>) {
  return (
    <div className="flex flex-wrap gap-2">
      <RadioLabels
        {...choices}
        look="h-9 border px-3 focus-within:outline-offset-1"
        chosen="border-accent bg-tint font-medium"
        other="border-control/60 hover:bg-hover"
      />
    </div>
  );
}

interface SegmentedChoiceProps<V extends string> extends Choices<V> {
  readonly legend: string;
}

/** A few choices side by side, one of them chosen. */
export function SegmentedChoice<V extends string>({ legend, ...choices }: SegmentedChoiceProps<V>) {
  return (
    <fieldset className="flex min-w-0 gap-0.5 rounded-lg bg-sunken p-0.5">
      <legend className="sr-only">{legend}</legend>
      <RadioLabels
        {...choices}
        name={useId()}
        look="h-7 flex-1 justify-center gap-1 whitespace-nowrap px-1.5 text-[0.8125rem]"
        chosen="bg-raised font-medium text-ink shadow-sm"
        other="text-soft hover:text-ink"
      />
    </fieldset>
  );
}

interface RadioLabelsProps<V extends string> extends ChoiceChipsProps<V> {
  readonly look: string;
  readonly chosen: string;
  readonly other: string;
}

/** Radio buttons of which only the labels are seen. */
function RadioLabels<V extends string>(props: RadioLabelsProps<V>) {
  return props.choices.map(({ value, label }) => (
    <label
      key={value}
      className={joinClasses(
        'relative flex items-center rounded-md focus-within:outline-2 focus-within:outline-accent',
        props.look,
        value === props.value ? props.chosen : props.other,
      )}
    >
      <input
        type="radio"
        name={props.name}
        className="absolute inset-0 size-full opacity-0"
        checked={value === props.value}
        onChange={() => props.onChoose(value)}
      />
      {label}
    </label>
  ));
}
