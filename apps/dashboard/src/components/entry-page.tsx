import type { ReactNode } from 'react';
import { Logo } from './logo.tsx';

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
