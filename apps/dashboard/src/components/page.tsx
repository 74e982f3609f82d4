import { type ReactNode, useEffect } from 'react';
import { joinClasses } from '../lib/join-classes.ts';

interface PageHeaderProps {
  readonly title: ReactNode;
  /** What the page is about. */
  readonly lead?: string;
  readonly children?: ReactNode;
}

/** The page's one h1, with its actions on the right. */
export function PageHeader({ title, lead, children }: PageHeaderProps) {
  return (
    <>
      <div className="mb-5 flex min-h-9 flex-wrap items-center gap-x-4 gap-y-3">
        <h1 className="max-w-full flex-[1_1_8rem] wrap-break-word font-semibold text-xl tracking-tight">
          {title}
        </h1>
        {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
      </div>
      {lead ? <p className="-mt-3 mb-5 max-w-prose text-soft">{lead}</p> : null}
    </>
  );
}

interface EntryPageProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}

/** A page before the dashboard: one question in the middle, and nothing else. */
export function EntryPage({ title, lead, children }: EntryPageProps) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-104 flex-col justify-center px-5 py-12">
      <p className="mb-6 flex items-center gap-2.5 font-semibold">
        <Logo size={26} />
        Tollkeeper
      </p>
      <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
      <p className="mb-6 text-soft">{lead}</p>
      <div className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5 sm:p-6">
        {children}
      </div>
    </main>
  );
}

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      {icon ? (
        <div aria-hidden className="mb-4 rounded-full bg-tint p-3.5 text-accent">
          {icon}
        </div>
      ) : null}
      <h2 className="font-semibold text-base">{title}</h2>
      <div className="mt-1.5 max-w-md text-balance text-soft">{children}</div>
      {action ? <div className="mt-5">{action}</div> : null}
    </div>
  );
}

/** A toll barrier that is also a key. */
export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
      className="shrink-0"
    >
      <rect width="24" height="24" rx="6" className="fill-accent" />
      <g className="stroke-on-accent" strokeWidth="2.4" strokeLinecap="round">
        <path d="M7.5 9.5V19" />
        <path d="M7.5 9.5h2M13 9.5h1.2M17.6 9.5h.4" />
      </g>
      <circle cx="7.5" cy="8" r="2.9" className="fill-on-accent" />
    </svg>
  );
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Tollkeeper`;
  }, [title]);
}

/** Holds the place of text that is still loading, so that nothing jumps when it comes. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <span
      aria-hidden
      className={joinClasses('animate-breathe inline-block h-3 rounded bg-line', className)}
    />
  );
}
