import { joinClasses } from '../lib/join-classes.ts';

/** Holds the place of text that is still loading, so that nothing jumps when it comes. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <span
      aria-hidden
      className={joinClasses('animate-breathe inline-block h-3 rounded bg-line', className)}
    />
  );
}
