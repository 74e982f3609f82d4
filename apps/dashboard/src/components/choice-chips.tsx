import { joinClasses } from '../lib/join-classes.ts';

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
