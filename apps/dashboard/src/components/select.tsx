import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import { CONTROL } from './text-input.tsx';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
}

interface SelectProps extends Omit<ComponentProps<'select'>, 'children'> {
  readonly options: readonly SelectOption[];
}

/** The browser's own select: the one that every phone, keyboard and screen reader knows. */
export function Select({ options, className, ...rest }: SelectProps) {
  return (
    <span className={joinClasses('relative inline-flex min-w-0', className)}>
      <select {...rest} className={joinClasses(CONTROL, 'h-9 appearance-none truncate pr-8')}>
        {options.map((option) => (
          <option key={option.value} value={option.value} className="bg-surface text-ink">
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-faint"
      />
    </span>
  );
}
