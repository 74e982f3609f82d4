import { createLink } from '@tanstack/react-router';
import { ApiError } from '@tollkeeper/sdk';
import { ChevronLeft } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { LoadError } from './notice.tsx';
import { PageHeader, Skeleton } from './page.tsx';

/** From the page of one record to the list that it is in. */
export const BackLink = createLink(BackAnchor);

function BackAnchor({ children, ...props }: ComponentProps<'a'>) {
  return (
    <a
      {...props}
      className="mb-2 -ml-1 inline-flex min-h-6 items-center gap-1 rounded-sm pr-1 text-soft hover:text-ink"
    >
      <ChevronLeft size={15} aria-hidden />
      {children}
    </a>
  );
}

interface RecordViewProps<T> {
  readonly query: {
    readonly data: T | undefined;
    readonly error: Error | null;
    readonly refetch: () => void;
  };
  /** Heads the page while nothing is known of the record: "API key". */
  readonly title: string;
  /** Ends "Cannot load …": "the key". */
  readonly what: string;
  /** In place of a record that is not there. */
  readonly gone: ReactNode;
  readonly children: (record: T) => ReactNode;
}

/** Statuses of the answer about an id that leads to nothing, or is none. */
const GONE = [400, 404, 422];

/** The page of one record, while it loads and when it cannot. */
export function RecordView<T>({ query, title, what, gone, children }: RecordViewProps<T>) {
  const { data, error, refetch } = query;
  if (error instanceof ApiError && GONE.includes(error.status)) return gone;
  if (data !== undefined) return children(data);
  if (error) {
    return (
      <>
        <PageHeader title={title} />
        <LoadError what={what} error={error} onRetry={refetch} />
      </>
    );
  }
  return (
    <div aria-busy="true">
      <PageHeader title={<Skeleton className="h-5 w-56" />} />
      <Skeleton className="h-80 w-full" />
    </div>
  );
}
