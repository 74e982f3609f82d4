import { ChevronDown, Search } from 'lucide-react';
import type { ComponentProps } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';

const CONTROL =
  'w-full min-w-0 rounded-md border border-control bg-surface px-3 text-ink aria-invalid:border-bad disabled:opacity-60';

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      {...rest}
      className={joinClasses(CONTROL, 'h-9 read-only:bg-sunken read-only:text-soft', className)}
    />
  );
}

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'onChange' | 'type' | 'value'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A search box with a magnifying glass. Name it with aria-label. */
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

interface SelectOption {
  readonly value: string;
  readonly label: string;
}

/** Options that belong together, under a heading. */
interface SelectGroup {
  readonly heading: string;
  readonly options: readonly SelectOption[];
}

interface SelectProps extends Omit<ComponentProps<'select'>, 'children'> {
  readonly options: readonly (SelectOption | SelectGroup)[];
}

/** The browser's own select: the one that every phone, keyboard and screen reader knows. */
export function Select({ options, className, ...rest }: SelectProps) {
  return (
    <span className={joinClasses('relative inline-flex min-w-0', className)}>
      <select {...rest} className={joinClasses(CONTROL, 'h-9 appearance-none truncate pr-8')}>
        {options.map((option) =>
          'heading' in option ? (
            <optgroup key={option.heading} label={option.heading} className="bg-surface text-ink">
              {option.options.map(optionOf)}
            </optgroup>
          ) : (
            optionOf(option)
          ),
        )}
      </select>
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-faint"
      />
    </span>
  );
}

function optionOf({ value, label }: SelectOption) {
  return (
    <option key={value} value={value} className="bg-surface text-ink">
      {label}
    </option>
  );
}

interface TriStateCheckboxProps extends Omit<ComponentProps<'input'>, 'type' | 'checked'> {
  readonly state: 'all' | 'some' | 'none';
}

export function TriStateCheckbox({ state, ...rest }: TriStateCheckboxProps) {
  return (
    <input
      {...rest}
      type="checkbox"
      checked={state === 'all'}
      ref={(element) => {
        if (element) element.indeterminate = state === 'some';
      }}
    />
  );
}
