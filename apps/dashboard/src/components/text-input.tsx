import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

export const CONTROL =
  'w-full min-w-0 rounded-md border border-control bg-surface px-3 text-ink aria-invalid:border-bad disabled:opacity-60';

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      {...rest}
      className={joinClasses(CONTROL, 'h-9 read-only:bg-sunken read-only:text-soft', className)}
    />
  );
}
