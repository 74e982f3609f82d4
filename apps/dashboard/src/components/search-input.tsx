import { Search } from 'lucide-react';
import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import { TextInput } from './text-input.tsx';

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'onChange' | 'type' | 'value'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A line to search by, known by its glass. Name it with aria-label. */
export function SearchInput({ className, onValue, ...input }: SearchInputProps) {
  return (
    <span className={joinClasses('relative block min-w-0', className)}>
      <Search
        size={15}
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-faint"
      />
      <TextInput
        {...input}
        type="search"
        onChange={(event) => onValue(event.target.value)}
        className="pl-8.5"
      />
    </span>
  );
}
