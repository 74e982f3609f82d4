import type { ReactNode } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

const DOTS = {
  good: 'bg-good',
  off: 'border-2 border-control',
  warn: 'bg-warn',
  bad: 'bg-bad',
} as const;

export type StatusTone = keyof typeof DOTS;

interface StatusWordProps {
  readonly tone: StatusTone;
  readonly pending?: boolean;
  readonly children: ReactNode;
}

/** A status as a dot and a word: the colour alone never carries it. */
export function StatusWord({ tone, pending = false, children }: StatusWordProps) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span
        aria-hidden
        className={joinClasses(
          'size-2 shrink-0 rounded-full',
          DOTS[tone],
          pending && 'animate-breathe',
        )}
      />
      {children}
    </span>
  );
}
