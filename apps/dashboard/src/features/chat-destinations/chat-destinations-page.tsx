import { useMutation, useQuery } from '@tanstack/react-query';
import { CHAT_SERVICE_TITLES, type ChatDestination } from '@tollkeeper/contract';
import { MessageSquare, Plus, Power, Send } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { CopyIdItem, DeleteItem, EditItem, MenuItem, RecordMenu } from '../../components/menu.tsx';
import { LackedScope, LoadError, Notice } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import {
  actionsColumn,
  CutText,
  type RecordColumn,
  RecordTable,
} from '../../components/record-table.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { useCan } from '../sessions/index.ts';
import { type ChatAction, ChatDialogs } from './chat-dialogs.tsx';
import { ChatHealth, kindsWords } from './chat-words.tsx';
import { chatDestinationsQuery, testChatDestinationMutation } from './queries.ts';

interface Tested {
  readonly name: string;
  readonly problem: string | null;
}

export function ChatDestinationsPage() {
  usePageTitle('Chat destinations');
  const mayRead = useCan('integrations.read');
  const mayManage = useCan('integrations.manage');
  const [action, setAction] = useState<ChatAction>();
  const [tested, setTested] = useState<Tested>();
  const test = useMutation(testChatDestinationMutation);
  const { data, error, refetch } = useQuery({ ...chatDestinationsQuery, enabled: mayRead });

  async function sendTest({ id, name }: ChatDestination) {
    try {
      const { problem } = await test.mutateAsync(id);
      setTested({ name, problem });
    } catch (failure) {
      toast.error(explainError(failure));
    }
  }

  const create = mayManage ? (
    <Button look="primary" onClick={() => setAction({ kind: 'create' })}>
      <Plus size={16} aria-hidden />
      Create destination
    </Button>
  ) : null;
  const columns = mayManage ? [...COLUMNS, menuColumn(setAction, sendTest)] : COLUMNS;
  return (
    <>
      <PageHeader
        title="Chat destinations"
        lead="A chat destination is a channel of Slack or Microsoft Teams that receives notifications of the organization."
      >
        {data?.length === 0 ? null : create}
      </PageHeader>
      {mayRead ? null : <LackedScope scope="integrations.read" what="chat destinations" />}
      {error && !data ? (
        <LoadError what="the destinations" error={error} onRetry={refetch} />
      ) : null}
      <div className="mb-5 empty:hidden" role="status">
        {tested ? <TestNotice {...tested} /> : null}
      </div>
      {mayRead && (data || !error) ? (
        <section aria-label="Destinations" className="rounded-xl border border-line bg-surface">
          {data?.length === 0 ? (
            <EmptyState
              icon={<MessageSquare size={22} />}
              title="No chat destinations"
              action={create}
            >
              Create one to notify a channel of leaked keys, gateways that are gone, and more.
            </EmptyState>
          ) : (
            <RecordTable
              caption="Chat destinations"
              columns={columns}
              rows={data}
              note={problemNote}
            />
          )}
        </section>
      ) : null}
      <ChatDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}

function TestNotice({ name, problem }: Tested) {
  return problem === null ? (
    <Notice tone="info" title={`${name} received the test message`}>
      It is in the channel now.
    </Notice>
  ) : (
    <Notice tone="bad" title={`${name} did not receive the test message`}>
      <span className="[overflow-wrap:anywhere]">{problem}</span>
    </Notice>
  );
}

/** Why a destination fails, or which text it refused. */
function problemNote({ lastProblem, failingSince }: ChatDestination) {
  if (lastProblem === null) return undefined;
  return (
    <p className="text-[0.8125rem] text-soft [overflow-wrap:anywhere]">
      {lastProblem}
      {failingSince === null ? null : (
        <>
          {' '}
          Failing since <TimeAgo at={failingSince} />.
        </>
      )}
    </p>
  );
}

const COLUMNS: readonly RecordColumn<ChatDestination>[] = [
  {
    header: 'Name',
    cell: (destination) => (
      <>
        <p className="truncate font-medium" title={destination.name}>
          {destination.name}
        </p>
        <CutText text={`${CHAT_SERVICE_TITLES[destination.service]} · ${destination.host}`} />
        <span className="text-[0.8125rem] sm:hidden">
          <ChatHealth {...destination} />
        </span>
      </>
    ),
  },
  {
    header: 'Health',
    look: 'w-40 hidden sm:table-cell',
    cell: (destination) => <ChatHealth {...destination} />,
  },
  {
    header: 'Notifications',
    look: 'hidden md:table-cell',
    cell: ({ kinds }) => <CutText text={kindsWords(kinds)} />,
  },
  {
    header: 'Delivered',
    look: 'w-32 hidden cell-small sm:table-cell',
    cell: ({ lastDeliveredAt }) =>
      lastDeliveredAt === null ? 'Never' : <TimeAgo at={lastDeliveredAt} />,
  },
];

function menuColumn(
  onAction: (action: ChatAction) => void,
  onTest: (destination: ChatDestination) => void,
): RecordColumn<ChatDestination> {
  return actionsColumn((destination) => (
    <RecordMenu name={destination.name}>
      <MenuItem icon={<Send size={15} aria-hidden />} onSelect={() => onTest(destination)}>
        Send test message
      </MenuItem>
      <EditItem onSelect={() => onAction({ kind: 'edit', destination })} />
      <MenuItem
        icon={<Power size={15} aria-hidden />}
        onSelect={() => onAction({ kind: verbOf(destination), destination })}
      >
        {verbOf(destination) === 'enable' ? 'Enable…' : 'Disable…'}
      </MenuItem>
      <CopyIdItem id={destination.id} />
      <DeleteItem onSelect={() => onAction({ kind: 'delete', destination })} />
    </RecordMenu>
  ));
}

function verbOf({ status }: ChatDestination): 'enable' | 'disable' {
  return status === 'enabled' ? 'disable' : 'enable';
}
