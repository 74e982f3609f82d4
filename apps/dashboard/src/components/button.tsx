import { type ComponentProps, type MouseEvent, useId, useState } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import { Tooltip } from './popover.tsx';

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

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  readonly look?: keyof typeof LOOKS;
  readonly size?: keyof typeof SIZES;
  /** Under way: says so, keeps the focus, and takes no second click. */
  readonly pending?: boolean;
  /** Why it cannot be pressed now: shown on hover, on focus and on a tap. */
  readonly blocked?: string | undefined;
  /** The id of a text on the page that says so, in place of `blocked`. */
  readonly blockedBy?: string | undefined;
}

/** Stays focusable while it cannot be pressed, so that everyone can find out why. */
export function Button({ blocked, ...props }: ButtonProps) {
  return blocked === undefined ? <Plain {...props} /> : <Blocked {...props} reason={blocked} />;
}

function Blocked({ reason, ...props }: Omit<ButtonProps, 'blocked'> & { readonly reason: string }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Tooltip text={reason} open={open} onOpenChange={setOpen}>
        <Plain {...props} blockedBy={id} onBlockedClick={() => setOpen(true)} />
      </Tooltip>
      <span id={id} hidden>
        {reason}
      </span>
    </>
  );
}

interface PlainProps extends Omit<ButtonProps, 'blocked'> {
  readonly onBlockedClick?: () => void;
}

function Plain({
  look = 'secondary',
  size = 'regular',
  pending = false,
  blockedBy,
  onBlockedClick,
  className,
  type = 'button',
  onClick,
  ...rest
}: PlainProps) {
  const isBlocked = blockedBy !== undefined;

  function refuse(event: MouseEvent) {
    // Neither submits the form nor closes the tooltip.
    event.preventDefault();
    if (isBlocked) onBlockedClick?.();
  }

  return (
    <button
      {...rest}
      type={type}
      aria-disabled={pending || isBlocked}
      aria-busy={pending}
      aria-describedby={blockedBy ?? rest['aria-describedby']}
      onClick={pending || isBlocked ? refuse : onClick}
      className={joinClasses(
        buttonLook(look, size),
        pending && 'animate-breathe',
        isBlocked && 'cursor-not-allowed opacity-55',
        className,
      )}
    />
  );
}

/** For a link that looks like a button, because it leads to where something is done. */
export function buttonLook(look: keyof typeof LOOKS, size: keyof typeof SIZES = 'regular'): string {
  return joinClasses(
    'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors',
    LOOKS[look],
    SIZES[size],
  );
}

interface BlockedReasonProps {
  readonly id: string;
  /** Undefined while the button can be pressed. */
  readonly reason: string | undefined;
}

/** Why the button beside it cannot be pressed yet. */
export function BlockedReason({ id, reason }: BlockedReasonProps) {
  if (reason === undefined) return null;
  return (
    <p id={id} className="mr-auto basis-full text-[0.8125rem] text-soft sm:basis-auto">
      {reason}
    </p>
  );
}
