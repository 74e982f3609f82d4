import { useEffect, useEffectEvent, useState } from 'react';
import { SearchInput } from '../../../components/search-input.tsx';
import { useDebounced } from '../../../lib/use-debounced.ts';

interface SearchBoxProps {
  /** What the address says. */
  readonly text: string;
  readonly onSettled: (text: string) => void;
}

const REST_MS = 250;

/** Follows the fingers at once and the address when they rest; follows the address on "back". */
export function SearchBox({ text, onSettled }: SearchBoxProps) {
  const [typed, setTyped] = useState(text);
  const [seen, setSeen] = useState(text);
  if (seen !== text) {
    setSeen(text);
    if (typed.trim() !== text) setTyped(text);
  }
  const settled = useDebounced(typed, REST_MS);
  const settle = useEffectEvent((value: string) => {
    if (value === typed && value.trim() !== text) onSettled(value.trim());
  });
  useEffect(() => settle(settled), [settled]);

  return (
    <SearchInput
      aria-label="Search keys"
      placeholder="Search name or prefix"
      maxLength={64}
      value={typed}
      onValue={setTyped}
      className="col-span-2 sm:min-w-36 sm:max-w-72 sm:flex-1"
    />
  );
}
