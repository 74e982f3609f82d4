import type { ReactNode } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

interface PanelProps {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Panel({ title, aside, className, children }: PanelProps) {
  return (
    <section
      aria-label={title}
      className={joinClasses('rounded-xl border border-line bg-surface', className)}
    >
      {title ? (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-5 pt-3">
          <h2 className="font-semibold">{title}</h2>
          {aside}
        </header>
      ) : null}
      {children}
    </section>
  );
}
