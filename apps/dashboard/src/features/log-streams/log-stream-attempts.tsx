import { useInfiniteQuery } from '@tanstack/react-query';
import type { LogStreamAttempt } from '@tollkeeper/contract';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { streamAttemptsQuery } from './queries.ts';

/** The batches that were sent, and what the destination answered. */
export function LogStreamAttempts({ id }: { readonly id: string }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    streamAttemptsQuery(id),
  );
  const attempts = data?.pages.flatMap((page) => page.data);
  return (
    <Panel title="Last attempts">
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the attempts" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {attempts || error ? null : <Skeleton className="m-5 h-40 w-[calc(100%-2.5rem)]" />}
      {attempts?.length === 0 ? (
        <p className="px-5 pt-1 pb-5 text-soft">Nothing was sent yet.</p>
      ) : null}
      <ul aria-label="Attempts" className="divide-y divide-line">
        {attempts?.map((attempt) => (
          <li key={attempt.number}>
            <AttemptDetails attempt={attempt} />
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <div className="border-line border-t px-5 py-3 text-center">
          <Button look="quiet" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show older attempts
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function AttemptDetails({ attempt }: { readonly attempt: LogStreamAttempt }) {
  const { at, durationMs, status, problem, note, responseBody, eventsCount, bytes } = attempt;
  const { firstSequence, lastSequence } = attempt;
  return (
    <details className="group">
      <summary className="flex cursor-pointer flex-wrap items-center gap-x-4 gap-y-1 px-5 py-2.5 hover:bg-hover">
        <span className="min-w-0 flex-[1_1_10rem] truncate">{counted(eventsCount, 'event')}</span>
        <span className="w-32">
          <StatusWord tone={problem === null ? (note === null ? 'good' : 'warn') : 'bad'}>
            {status === null ? 'No answer' : `Status ${status}`}
          </StatusWord>
        </span>
        <span className="w-28 text-[0.8125rem] text-soft">
          <TimeAgo at={at} />
        </span>
      </summary>
      <div className="flex flex-col gap-2 px-5 pb-4">
        {problem ? <p className="[overflow-wrap:anywhere]">{problem}</p> : null}
        {note ? <p className="[overflow-wrap:anywhere]">{note}</p> : null}
        <p className="text-[0.8125rem] text-soft">
          Sequence {formatCount(firstSequence)} to {formatCount(lastSequence)}, {formatCount(bytes)}{' '}
          bytes, {formatCount(durationMs)} ms
        </p>
        {responseBody ? (
          <pre className="max-h-60 overflow-auto whitespace-pre-wrap rounded-lg bg-sunken p-3 font-mono text-xs [overflow-wrap:anywhere]">
            {responseBody}
          </pre>
        ) : null}
      </div>
    </details>
  );
}
