import { useMutation, useQuery } from '@tanstack/react-query';
import type { LogStream, LogStreamTest } from '@tollkeeper/contract';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/forms/form-dialog.tsx';
import { LackedScope, Notice } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { BackLink, RecordView } from '../../components/record-page.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { counted } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import { EditLogStreamDialog } from './edit-log-stream-dialog.tsx';
import { LogStreamAttempts } from './log-stream-attempts.tsx';
import { LogStreamFacts } from './log-stream-facts.tsx';
import {
  deleteLogStreamMutation,
  logStreamQuery,
  setStreamStatusMutation,
  testLogStreamMutation,
} from './queries.ts';

interface LogStreamPageProps {
  readonly id: string;
  readonly onGone: () => void;
}

export function LogStreamPage({ id, onGone }: LogStreamPageProps) {
  const mayManage = useCan('audit.webhook_manage');
  const query = useQuery({ ...logStreamQuery(id), enabled: mayManage });
  usePageTitle(query.data?.name ?? 'Log stream');
  return (
    <>
      <BackLink to="/log-streams">Log streams</BackLink>
      {mayManage ? (
        <RecordView query={query} title="Log stream" what="the stream" gone={<Gone />}>
          {(stream) => <LogStreamView stream={stream} onGone={onGone} />}
        </RecordView>
      ) : (
        <LackedScope scope="audit.webhook_manage" what="log streams" />
      )}
    </>
  );
}

interface LogStreamViewProps {
  readonly stream: LogStream;
  readonly onGone: () => void;
}

function LogStreamView({ stream, onGone }: LogStreamViewProps) {
  const { id, name, status } = stream;
  const mayReadEvents = useCan('audit.read');
  const [isEditing, setEditing] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const [tested, setTested] = useState<LogStreamTest>();
  const test = useMutation(testLogStreamMutation);
  const set = useMutation(setStreamStatusMutation);
  const remove = useMutation(deleteLogStreamMutation);
  const verb = status === 'paused' ? 'resume' : 'pause';

  async function sendTest() {
    try {
      setTested(await test.mutateAsync(id));
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  async function setStatus(chosen: 'pause' | 'resume') {
    try {
      await set.mutateAsync({ id, verb: chosen });
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  return (
    <>
      <PageHeader title={name}>
        <Button pending={test.isPending} onClick={sendTest}>
          <Send size={15} aria-hidden />
          Send test event
        </Button>
        {stream.health === 'failing' ? (
          <Button pending={set.isPending} onClick={() => setStatus('resume')}>
            Try again now
          </Button>
        ) : null}
        <Button onClick={() => setEditing(true)}>Edit</Button>
        <Button pending={set.isPending} onClick={() => setStatus(verb)}>
          {verb === 'pause' ? 'Pause' : 'Resume'}
        </Button>
        <Button look="danger" onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </PageHeader>
      <div className="mb-5 flex flex-col gap-3 empty:hidden" role="status">
        {tested ? <TestNotice test={tested} /> : null}
        <Standing stream={stream} />
      </div>
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="order-2 min-w-0 xl:order-1">
          {mayReadEvents ? (
            <LogStreamAttempts id={id} />
          ) : (
            <LackedScope scope="audit.read" what="what was sent" />
          )}
        </div>
        <div className="order-1 min-w-0 xl:order-2">
          <LogStreamFacts stream={stream} />
        </div>
      </div>
      {isEditing ? <EditLogStreamDialog stream={stream} onClose={() => setEditing(false)} /> : null}
      {isDeleting ? (
        <ConfirmDialog
          danger
          title={`Delete ${name}?`}
          description="Nothing more is sent. What the log system has stays there. You cannot undo this."
          confirmLabel="Delete stream"
          onConfirm={async () => {
            await remove.mutateAsync(id);
            onGone();
          }}
          done={`Deleted ${name}`}
          onClose={() => setDeleting(false)}
        />
      ) : null}
    </>
  );
}

function TestNotice({ test }: { readonly test: LogStreamTest }) {
  const { problem, note, status, durationMs, responseBody } = test;
  const answer = status === null ? 'No answer' : `Status ${status}`;
  return (
    <Notice
      tone={problem === null ? 'info' : 'bad'}
      title={problem === null ? 'The test event arrived' : 'The test event did not arrive'}
    >
      <p className="[overflow-wrap:anywhere]">{[problem, note].filter(Boolean).join(' ')}</p>
      <p>{`${answer}, ${durationMs} ms`}</p>
      {responseBody ? (
        <pre className="mt-2 max-h-40 overflow-auto whitespace-pre-wrap font-mono text-xs [overflow-wrap:anywhere]">
          {responseBody}
        </pre>
      ) : null}
    </Notice>
  );
}

/** What is wrong with it, and what to do. */
function Standing({ stream }: { readonly stream: LogStream }) {
  const { health, lastProblem, prunedCount, rejectedCount } = stream;
  return (
    <>
      {health === 'failing' ? (
        <Notice tone="bad" title="This stream is failing">
          <span className="[overflow-wrap:anywhere]">{lastProblem}</span> It is tried again by
          itself. Nothing is lost meanwhile.
        </Notice>
      ) : null}
      {prunedCount > 0 ? (
        <Notice tone="warn" title={`${counted(prunedCount, 'event')} were deleted before`}>
          The retention of the log ended before they were delivered.
        </Notice>
      ) : null}
      {rejectedCount > 0 ? (
        <Notice tone="warn" title={`The destination rejected ${counted(rejectedCount, 'event')}`}>
          The attempts show what it said.
        </Notice>
      ) : null}
    </>
  );
}

function Gone() {
  return (
    <>
      <PageHeader title="Log stream not found" />
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such log stream">
          It was deleted, or belongs to another organization.
        </EmptyState>
      </div>
    </>
  );
}
