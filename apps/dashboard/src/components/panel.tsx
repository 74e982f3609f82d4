import { type ReactNode, useState } from 'react';
import { formatCount } from '../lib/format.ts';
import { joinClasses } from '../lib/join-classes.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';

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

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="divide-y divide-line px-5 pb-2">{children}</dl>;
}

/** An id with its copy button, for the command line and the API. */
export function IdFact({ id }: { readonly id: string }) {
  return (
    <Fact term="ID">
      <span className="flex items-center gap-1">
        <code className="min-w-0 font-mono text-xs">{id}</code>
        <CopyButton
          look="quiet"
          size="icon"
          className="-my-1.5"
          text={id}
          label="Copy ID"
          iconOnly
        />
      </span>
    </Fact>
  );
}

export function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div className="flex gap-4 py-2.5">
      <dt className="w-28 shrink-0 text-soft">{term}</dt>
      <dd className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

interface ShowAllProps {
  readonly shownCount: number;
  readonly hiddenCount: number;
  readonly onShowAll: () => void;
}

/** Below a list that is cut short: how short, and the way to all of it. */
export function ShowAll({ shownCount, hiddenCount, onShowAll }: ShowAllProps) {
  if (hiddenCount === 0) return null;
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 border-line border-t px-5 py-2.5 text-[0.8125rem] text-soft">
      {formatCount(shownCount)} of {formatCount(shownCount + hiddenCount)}
      <Button size="small" onClick={onShowAll}>
        Show all
      </Button>
    </p>
  );
}

/** The first so many of a list that may be long, until the person asks for all. */
export function useCapped<T>(items: readonly T[], most: number) {
  const [all, setAll] = useState(false);
  const shown = all || items.length <= most ? items : items.slice(0, most);
  return { shown, hiddenCount: items.length - shown.length, showAll: () => setAll(true) };
}
