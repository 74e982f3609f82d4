import { useQuery } from '@tanstack/react-query';
import type { ApiKey, ApiKeyDetail } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, Pencil, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../../components/page.tsx';
import { BackLink, RecordView } from '../../../components/record-page.tsx';
import { OwnEventsPanel, ReceiptButton } from '../../audit-events/index.ts';
import { AppliedPanel } from '../../fleet/index.ts';
import { useCan, useIdentity } from '../../sessions/index.ts';
import { type KeyAction, KeyDialogs } from '../actions/key-dialogs.tsx';
import { KeyMenu, useKeyPermissions } from '../actions/key-menu.tsx';
import { enableBlock, usePendingStatus, useStatusChange } from '../actions/use-status-change.ts';
import type { KeySearch } from '../list/key-search.ts';
import { propagationQuery } from '../propagation.tsx';
import { keyQuery } from '../queries.ts';
import { CascadeNotice } from './cascade-notice.tsx';
import { DecisionNotice, KeyFacts } from './key-facts.tsx';
import { KeyReview } from './key-review.tsx';
import { KeyScopes } from './key-scopes.tsx';
import { KeyUsage } from './key-usage.tsx';

interface KeyPageProps {
  readonly id: string;
  /** The list that led here. */
  readonly listSearch: KeySearch;
  /** The key was deleted from this page. */
  readonly onGone: () => void;
}

export function KeyPage({ id, listSearch, onGone }: KeyPageProps) {
  const query = useQuery(keyQuery(id));
  usePageTitle(query.data?.name ?? 'API key');
  return (
    <>
      <BackLink to="/api-keys" search={listSearch}>
        API keys
      </BackLink>
      <RecordView query={query} title="API key" what="the key" gone={<KeyGone id={id} />}>
        {(apiKey) => <KeyView apiKey={apiKey} onGone={onGone} />}
      </RecordView>
    </>
  );
}

interface KeyViewProps {
  readonly apiKey: ApiKeyDetail;
  readonly onGone: () => void;
}

function KeyView({ apiKey, onGone }: KeyViewProps) {
  const mayPlot = useCan('usage.read');
  return (
    <>
      <PageHeader title={apiKey.name}>
        <KeyPageActions apiKey={apiKey} onGone={onGone} />
      </PageHeader>
      <div className="flex flex-col gap-5">
        <DecisionNotice apiKey={apiKey} />
        <CascadeNotice apiKey={apiKey} />
        <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="order-2 flex min-w-0 flex-col gap-5 xl:order-1">
            {mayPlot && !apiKey.canary ? <KeyUsage id={apiKey.id} /> : null}
            {apiKey.canary ? null : <KeyScopes apiKey={apiKey} />}
            {apiKey.canary ? null : <KeyReview apiKey={apiKey} />}
          </div>
          <div className="order-1 flex min-w-0 flex-col gap-5 xl:order-2">
            <KeyFacts apiKey={apiKey} />
            <KeyGateways id={apiKey.id} />
            <OwnEventsPanel acts what="key" id={apiKey.id} />
          </div>
        </div>
      </div>
    </>
  );
}

function KeyGone({ id }: { readonly id: string }) {
  return (
    <>
      <PageHeader title="Key not found">
        <ReceiptButton keyId={id} />
      </PageHeader>
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such key">
          It was deleted, or it belongs to someone whose keys you do not see.
        </EmptyState>
      </div>
    </>
  );
}

interface KeyPageActionsProps {
  readonly apiKey: ApiKey;
  readonly onGone: () => void;
}

/** The everyday actions as buttons, all of them in the menu. */
function KeyPageActions({ apiKey, onGone }: KeyPageActionsProps) {
  const [action, setAction] = useState<KeyAction>();
  const changeStatus = useStatusChange();
  const pending = usePendingStatus(apiKey.id) !== undefined;
  const { mayEdit, mayStop } = useKeyPermissions();
  const identity = useIdentity();
  const { status } = apiKey;
  return (
    <>
      {mayStop && status === 'active' ? (
        <Button pending={pending} onClick={() => changeStatus({ key: apiKey, to: 'disabled' })}>
          <CirclePause size={15} aria-hidden className="max-sm:hidden" />
          Disable
        </Button>
      ) : null}
      {mayStop && status === 'disabled' ? (
        <Button
          pending={pending}
          blocked={enableBlock(apiKey, identity)}
          onClick={() => changeStatus({ key: apiKey, to: 'active' })}
        >
          <CirclePlay size={15} aria-hidden className="max-sm:hidden" />
          Enable
        </Button>
      ) : null}
      {mayEdit && status !== 'revoked' ? (
        <>
          <Button onClick={() => setAction({ kind: 'edit', key: apiKey })}>
            <Pencil size={15} aria-hidden className="max-sm:hidden" />
            Edit
          </Button>
          <Button onClick={() => setAction({ kind: 'rotate', key: apiKey })}>
            <RefreshCw size={15} aria-hidden className="max-sm:hidden" />
            Rotate secret
          </Button>
        </>
      ) : null}
      {status === 'active' ? null : <ReceiptButton keyId={apiKey.id} />}
      <KeyMenu apiKey={apiKey} onAction={setAction} />
      <KeyDialogs action={action} onClose={() => setAction(undefined)} onDeleted={onGone} />
    </>
  );
}

/** Which gateways decide by the key as it is now. */
function KeyGateways({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(propagationQuery([id]));
  return <AppliedPanel what="key" propagation={data} error={error} onRetry={refetch} />;
}
