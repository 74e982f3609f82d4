import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'border border-control/60 bg-surface text-ink hover:bg-hover',
  quiet: 'text-soft hover:bg-sunken hover:text-ink',
  danger: 'border border-bad/60 bg-surface text-bad-ink hover:bg-bad-tint',
} as const;

const SIZES = {
  regular: 'h-9 px-3.5 gap-2',
  small: 'h-8 px-2.5 gap-1.5 text-[0.8125rem]',
  icon: 'size-8 justify-center',
} as const;

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof LOOKS;
  readonly size?: keyof typeof SIZES;
  /** Under way: says so, keeps the focus, and takes no second click. */
  readonly pending?: boolean;
}

export function Button({
  look = 'secondary',
  size = 'regular',
  pending = false,
  className,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={pending || rest.disabled}
      aria-busy={pending}
      onClick={pending ? (event) => event.preventDefault() : onClick}
      className={joinClasses(
        'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors disabled:opacity-55',
        LOOKS[look],
        SIZES[size],
        pending && 'animate-breathe',
        className,
      )}
    />
  );
}
