import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ApiKey, ApiKeyDetail } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { ChevronLeft, CirclePause, CirclePlay, Pencil, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { EmptyState, PageHeader, Skeleton, usePageTitle } from '../../../components/page.tsx';
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
  const { data, error, refetch } = useQuery(keyQuery(id));
  usePageTitle(data?.name ?? 'API key');
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <Link
        to="/api-keys"
        search={listSearch}
        className="mb-2 -ml-1 inline-flex min-h-6 items-center gap-1 rounded-sm pr-1 text-soft hover:text-ink"
      >
        <ChevronLeft size={15} aria-hidden />
        API keys
      </Link>
      {gone ? <KeyGone id={id} /> : null}
      {error && !data && !gone ? (
        <>
          <PageHeader title="API key" />
          <LoadError what="the key" error={error} onRetry={refetch} />
        </>
      ) : null}
      {!data && !error ? <KeyPlace /> : null}
      {data && !gone ? <KeyView apiKey={data} onGone={onGone} /> : null}
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
            {mayPlot ? <KeyUsage id={apiKey.id} /> : null}
            <KeyScopes apiKey={apiKey} />
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

function KeyPlace() {
  return (
    <div aria-busy="true">
      <PageHeader title={<Skeleton className="h-5 w-56" />} />
      <Skeleton className="h-80 w-full" />
    </div>
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
