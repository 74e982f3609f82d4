import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { WebhookEndpoint } from '@tollkeeper/contract';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError, Notice } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { CutText, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { useCan } from '../sessions/index.ts';
import { NewWebhookFlow } from './new-webhook-flow.tsx';
import { webhooksQuery } from './queries.ts';
import { eventTypesWords, failedWords, pendingWords, WebhookStatus } from './webhook-words.tsx';

export function WebhooksPage() {
  usePageTitle('Webhooks');
  const mayManage = useCan('audit.webhook_manage');
  const mayReadEvents = useCan('audit.read');
  const [isCreating, setCreating] = useState(false);
  const { data, error, refetch } = useQuery({ ...webhooksQuery, enabled: mayManage });
  const create =
    mayManage && mayReadEvents ? (
      <Button look="primary" onClick={() => setCreating(true)}>
        <Plus size={16} aria-hidden />
        Create endpoint
      </Button>
    ) : null;
  return (
    <>
      <PageHeader
        title="Webhooks"
        lead="A webhook endpoint is a URL of yours that receives the events of the audit log as they happen. Requests are signed as Standard Webhooks specifies."
      >
        {data?.length === 0 ? null : create}
      </PageHeader>
      {mayManage ? null : <LackedScope scope="audit.webhook_manage" what="webhooks" />}
      {mayManage && !mayReadEvents ? (
        <div className="mb-5">
          <Notice tone="info" title="Your role does not allow you to create endpoints">
            An endpoint receives whole audit events, and your role lacks the scope{' '}
            <code className="font-mono">audit.read</code>. Ask an admin of the organization for a
            role that holds it.
          </Notice>
        </div>
      ) : null}
      {error && !data ? <LoadError what="the endpoints" error={error} onRetry={refetch} /> : null}
      {mayManage && (data || !error) ? (
        <section aria-label="Endpoints" className="rounded-xl border border-line bg-surface">
          {data?.length === 0 ? (
            <EmptyState icon={<Webhook size={22} />} title="No webhook endpoints" action={create}>
              Create one to send events to a ticket system or a service of yours. For channels of
              Slack and Microsoft Teams, there are chat destinations.
            </EmptyState>
          ) : (
            <RecordTable caption="Webhook endpoints" columns={COLUMNS} rows={data} />
          )}
        </section>
      ) : null}
      {isCreating ? <NewWebhookFlow onClose={() => setCreating(false)} /> : null}
    </>
  );
}

const COLUMNS: readonly RecordColumn<WebhookEndpoint>[] = [
  {
    header: 'Name',
    cell: (endpoint) => (
      <>
        <Link
          to="/webhooks/$id"
          params={{ id: endpoint.id }}
          className="block truncate font-medium underline-offset-4 hover:underline"
          title={endpoint.name}
        >
          {endpoint.name}
        </Link>
        <CutText text={endpoint.url} />
        <span className="text-[0.8125rem] sm:hidden">
          <WebhookStatus {...endpoint} />
        </span>
      </>
    ),
  },
  {
    header: 'Status',
    look: 'w-40 hidden sm:table-cell',
    cell: (endpoint) => <WebhookStatus {...endpoint} />,
  },
  {
    header: 'Events',
    look: 'hidden md:table-cell',
    cell: ({ eventTypes }) => <CutText text={eventTypesWords(eventTypes)} />,
  },
  {
    header: 'Pending',
    look: 'w-24 hidden sm:table-cell',
    cell: pendingWords,
  },
  {
    header: 'Failed',
    look: 'w-24 hidden sm:table-cell',
    cell: failedWords,
  },
];
