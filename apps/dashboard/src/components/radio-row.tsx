import { type ReactNode, useId } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

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
