import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { WebhookAttempt, WebhookEndpoint } from '@tollkeeper/contract';
import { ChevronRight } from 'lucide-react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { formatCount } from '../../lib/format.ts';
import { actionWords } from '../audit-events/index.ts';
import { attemptsQuery, resendMutation } from './queries.ts';

/** What was sent to the endpoint, and what it answered. */
export function WebhookAttempts({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    attemptsQuery(endpoint.id),
  );
  const attempts = data?.pages.flatMap((page) => page.data);
  return (
    <Panel title="Attempts of the last 30 days">
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the attempts" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {attempts || error ? null : <Skeleton className="m-5 h-40 w-[calc(100%-2.5rem)]" />}
      {attempts?.length === 0 ? (
        <p className="px-5 pt-1 pb-5 text-soft">
          Nothing was sent yet. Send a test event to see what the endpoint answers.
        </p>
      ) : null}
      <ul aria-label="Attempts" className="divide-y divide-line">
        {attempts?.map((attempt) => (
          <li key={`${attempt.eventId} ${attempt.number}`}>
            <AttemptDetails attempt={attempt} endpoint={endpoint} />
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

interface AttemptDetailsProps {
  readonly attempt: WebhookAttempt;
  readonly endpoint: WebhookEndpoint;
}

function AttemptDetails({ attempt, endpoint }: AttemptDetailsProps) {
  const { eventId, eventType, number, at, durationMs, status, problem } = attempt;
  const { request, responseBody } = attempt;
  return (
    <details className="group">
      <summary className="flex cursor-pointer flex-wrap items-center gap-x-4 gap-y-1 px-5 py-2.5 hover:bg-hover">
        <ChevronRight
          size={14}
          aria-hidden
          className="flex-none text-soft transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 flex-[1_1_12rem] truncate" title={eventType}>
          {actionWords(eventType)}
        </span>
        <span className="w-32">
          <StatusWord tone={problem === null ? 'good' : 'bad'}>
            {status === null ? 'No answer' : `Status ${status}`}
          </StatusWord>
        </span>
        <span className="w-28 text-[0.8125rem] text-soft">
          <TimeAgo at={at} />
        </span>
      </summary>
      <div className="flex flex-col gap-2 px-5 pb-4">
        {problem ? <p className="[overflow-wrap:anywhere]">{problem}</p> : null}
        <p className="text-[0.8125rem] text-soft [overflow-wrap:anywhere]">
          Attempt {formatCount(number)} to deliver{' '}
          <Link
            to="/audit-log/$id"
            params={{ id: eventId }}
            className="underline underline-offset-4"
          >
            {eventId}
          </Link>
          , {formatCount(durationMs)} ms
        </p>
        {request ? <SentText title="Request" text={requestText(request)} /> : null}
        {responseBody ? <SentText title="Response" text={responseBody} /> : null}
        {endpoint.status === 'enabled' ? <ResendButton id={endpoint.id} eventId={eventId} /> : null}
      </div>
    </details>
  );
}

function requestText({ url, headers, body }: NonNullable<WebhookAttempt['request']>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${url}`, ...lines, '', body ?? 'The event was deleted by the retention.'].join(
    '\n',
  );
}

function SentText({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <section>
      <h3 className="pb-1 font-medium text-[0.8125rem]">{title}</h3>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        className="max-h-60 overflow-auto whitespace-pre-wrap rounded-md bg-sunken px-3 py-2 font-mono text-[0.8125rem] [overflow-wrap:anywhere]"
      >
        {text}
      </pre>
    </section>
  );
}

function ResendButton({ id, eventId }: { readonly id: string; readonly eventId: string }) {
  const resend = useMutation(resendMutation);

  async function run() {
    try {
      await resend.mutateAsync({ params: { id }, body: { eventId } });
      toast.success('The event will be sent again');
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  return (
    <div>
      <Button size="small" pending={resend.isPending} onClick={run}>
        Resend event
      </Button>
    </div>
  );
}
