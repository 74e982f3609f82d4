import { useSettledText } from '../lib/use-settled-text.ts';
import { SearchInput } from './forms/controls.tsx';

interface SearchBoxProps {
  readonly label: string;
  readonly placeholder: string;
  /** What the address says. */
  readonly text: string;
  /** Reports the text when the typing stops. */
  readonly onSettled: (text: string) => void;
}

/** The search field of a list's toolbar. */
export function SearchBox({ label, placeholder, text, onSettled }: SearchBoxProps) {
  const [typed, setTyped] = useSettledText(text, onSettled);
  return (
    <SearchInput
      aria-label={label}
      placeholder={placeholder}
      maxLength={64}
      value={typed}
      onValue={setTyped}
      className="col-span-2 sm:min-w-36 sm:max-w-72 sm:flex-1"
    />
  );
}
