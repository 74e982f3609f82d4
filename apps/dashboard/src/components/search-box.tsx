import { useId } from 'react';
import { useSettledText } from '../lib/use-settled-text.ts';
import { SearchInput } from './forms/controls.tsx';
import { FieldError } from './forms/field.tsx';
import { tooLong } from './forms/line-field.tsx';

/** The most that the API searches for, since no name is longer. */
export const SEARCH_LENGTH_MAX = 64;

interface SearchBoxProps {
  readonly label: string;
  readonly placeholder: string;
  /** What the address says. */
  readonly text: string;
  /** Reports the text when the typing stops, unless it is too long. */
  readonly onSettled: (text: string) => void;
}

/** The search field of a list's toolbar. */
export function SearchBox({ label, placeholder, text, onSettled }: SearchBoxProps) {
  const id = useId();
  const [typed, setTyped] = useSettledText(text, (settled) => {
    if (!tooLong(settled, SEARCH_LENGTH_MAX)) onSettled(settled);
  });
  const error = tooLong(typed.trim(), SEARCH_LENGTH_MAX);
  return (
    <div className="col-span-2 flex flex-col gap-1.5 sm:min-w-36 sm:max-w-72 sm:flex-1">
      <SearchInput
        aria-label={label}
        aria-invalid={error !== undefined}
        aria-describedby={error && id}
        placeholder={placeholder}
        value={typed}
        onValue={setTyped}
      />
      <FieldError id={id} message={error} />
    </div>
  );
}
