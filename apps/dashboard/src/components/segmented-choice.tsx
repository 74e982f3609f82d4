import { type ReactNode, useId } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

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
