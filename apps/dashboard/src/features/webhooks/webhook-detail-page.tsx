import { useMutation, useQuery } from '@tanstack/react-query';
import type { WebhookEndpoint } from '@tollkeeper/contract';
import { Send } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { LackedScope, Notice } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { BackLink, RecordView } from '../../components/record-page.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { counted } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import { resendMutation, testWebhookMutation, webhookQuery } from './queries.ts';
import { WebhookAttempts } from './webhook-attempts.tsx';
import { type WebhookAction, WebhookDialogs } from './webhook-dialogs.tsx';
import { WebhookFacts } from './webhook-facts.tsx';
import { failedWords } from './webhook-words.tsx';

interface WebhookPageProps {
  readonly id: string;
  readonly onGone: () => void;
}

export function WebhookPage({ id, onGone }: WebhookPageProps) {
  const mayManage = useCan('audit.webhook_manage');
  const query = useQuery({ ...webhookQuery(id), enabled: mayManage });
  usePageTitle(query.data?.name ?? 'Webhook endpoint');
  return (
    <>
      <BackLink to="/webhooks">Webhooks</BackLink>
      {mayManage ? (
        <RecordView query={query} title="Webhook endpoint" what="the endpoint" gone={<Gone />}>
          {(endpoint) => <WebhookView endpoint={endpoint} onGone={onGone} />}
        </RecordView>
      ) : (
        <LackedScope scope="audit.webhook_manage" what="webhooks" />
      )}
    </>
  );
}

interface WebhookViewProps {
  readonly endpoint: WebhookEndpoint;
  readonly onGone: () => void;
}

function WebhookView({ endpoint, onGone }: WebhookViewProps) {
  const mayReadEvents = useCan('audit.read');
  const [action, setAction] = useState<WebhookAction>();
  const test = useMutation(testWebhookMutation);
  const isEnabled = endpoint.status === 'enabled';

  async function sendTest() {
    try {
      await test.mutateAsync(endpoint.id);
      toast.success('A test event is on its way');
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  return (
    <>
      <PageHeader title={endpoint.name}>
        {isEnabled ? (
          <Button pending={test.isPending} onClick={sendTest}>
            <Send size={15} aria-hidden />
            Send test event
          </Button>
        ) : null}
        <Button onClick={() => setAction('edit')}>Edit</Button>
        <Button onClick={() => setAction('rotate')}>Rotate secret</Button>
        <Button onClick={() => setAction(isEnabled ? 'disable' : 'enable')}>
          {isEnabled ? 'Disable' : 'Enable'}
        </Button>
        <Button look="danger" onClick={() => setAction('delete')}>
          Delete
        </Button>
      </PageHeader>
      <Standing endpoint={endpoint} />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="order-2 min-w-0 xl:order-1">
          {mayReadEvents ? (
            <WebhookAttempts endpoint={endpoint} />
          ) : (
            <LackedScope scope="audit.read" what="what was sent" />
          )}
        </div>
        <div className="order-1 min-w-0 xl:order-2">
          <WebhookFacts endpoint={endpoint} />
        </div>
      </div>
      <WebhookDialogs
        action={action}
        endpoint={endpoint}
        onClose={() => setAction(undefined)}
        onGone={onGone}
      />
    </>
  );
}

/** What is wrong with it, and what to do. */
function Standing({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const { status, disabledReason, failingSince, failedCount } = endpoint;
  return (
    <div className="mb-5 flex flex-col gap-3 empty:hidden">
      {status === 'disabled' && disabledReason === 'gone' ? (
        <Notice tone="bad" title="Disabled: it answered with status 410 (Gone)">
          Enable it once the URL receives events again.
        </Notice>
      ) : null}
      {status === 'disabled' && disabledReason === 'failing' ? (
        <Notice tone="bad" title="Disabled: it failed for five days">
          Enable it once it works again. What was pending is then delivered.
        </Notice>
      ) : null}
      {status === 'enabled' && failingSince !== null ? (
        <Notice tone="warn" title="This endpoint is failing">
          It is disabled after five days without a success. The attempts show what it answered.
        </Notice>
      ) : null}
      {status === 'enabled' && failedCount > 0 ? <FailedNotice endpoint={endpoint} /> : null}
    </div>
  );
}

const DAYS_30_MS = 30 * 86_400_000;

function FailedNotice({ endpoint }: { readonly endpoint: WebhookEndpoint }) {
  const { id, failedCount } = endpoint;
  const what = failedCount === 1 ? 'event' : 'events';
  const resend = useMutation(resendMutation);

  async function resendAll() {
    try {
      const failedSince = new Date(Date.now() - DAYS_30_MS).toISOString();
      const { resentCount } = await resend.mutateAsync({ params: { id }, body: { failedSince } });
      toast.success(`${counted(resentCount, 'event')} will be sent again`);
    } catch (error) {
      toast.error(explainError(error));
    }
  }

  return (
    <Notice tone="info" title={`${failedWords(endpoint)} ${what} could not be delivered`}>
      <Button size="small" className="mt-2" pending={resend.isPending} onClick={resendAll}>
        Resend all
      </Button>
    </Notice>
  );
}

function Gone() {
  return (
    <>
      <PageHeader title="Webhook endpoint not found" />
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such webhook endpoint">
          It was deleted, or belongs to another organization.
        </EmptyState>
      </div>
    </>
  );
}
