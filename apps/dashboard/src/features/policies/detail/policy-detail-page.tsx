import { useQuery } from '@tanstack/react-query';
import type { Policy } from '@tollkeeper/contract';
import { CirclePause, CirclePlay } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { BackLink, RecordView } from '../../../components/record-page.tsx';
import { OwnEventsPanel } from '../../audit-events/index.ts';
import { CedarField } from '../editor/cedar-field.tsx';
import { type PolicyAction, PolicyDialogs } from '../list/policy-dialogs.tsx';
import { PolicyMenu } from '../list/policy-menu.tsx';
import { isInForce } from '../policy-effects.ts';
import { policyQuery } from '../queries.ts';
import { ReplayPanel } from '../replay/replay-panel.tsx';
import { Simulator } from '../simulate/simulator.tsx';
import { usePermissions } from '../use-permissions.ts';
import { PolicyFacts } from './policy-facts.tsx';
import { PolicyForm, usePolicyEdit } from './policy-form.tsx';
import { PolicyGateways } from './policy-gateways.tsx';
import { PolicyVersions } from './policy-versions.tsx';

interface PolicyPageProps {
  readonly id: string;
  /** The policy was deleted from this page. */
  readonly onGone: () => void;
}

export function PolicyPage({ id, onGone }: PolicyPageProps) {
  const query = useQuery(policyQuery(id));
  usePageTitle(query.data?.name ?? 'Policy');
  return (
    <>
      <BackLink to="/policies">Policies</BackLink>
      <RecordView query={query} title="Policy" what="the policy" gone={<PolicyGone />}>
        {(policy) => <PolicyView policy={policy} onGone={onGone} />}
      </RecordView>
    </>
  );
}

interface PolicyViewProps {
  readonly policy: Policy;
  readonly onGone: () => void;
}

function PolicyView({ policy, onGone }: PolicyViewProps) {
  const { mayEdit } = usePermissions(policy);
  const editing = usePolicyEdit(policy);
  const { id, workspaceId } = policy;
  const { text, mode } = editing.draft;
  const tried = { id, text, mode, workspaceId };
  return (
    <>
      <PageHeader title={policy.name}>
        <PolicyActions policy={policy} onGone={onGone} />
      </PageHeader>
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-5">
          {mayEdit ? (
            <PolicyForm policy={policy} editing={editing} />
          ) : (
            <PolicyText policy={policy} />
          )}
          <Simulator policy={tried} />
          {mayEdit || !isInForce(policy) ? <ReplayPanel policy={tried} saved={policy} /> : null}
          <PolicyVersions policy={policy} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <PolicyFacts policy={policy} />
          <PolicyGateways id={policy.id} />
          <OwnEventsPanel what="policy" id={policy.id} />
        </div>
      </div>
    </>
  );
}

const UNCHECKED = { findings: [], isChecked: false, isCurrent: true, problem: undefined };

/** For those who may read it only. */
function PolicyText({ policy: { description, text } }: { readonly policy: Policy }) {
  return (
    <Panel title="Policy">
      <div className="flex flex-col gap-4 px-5 pt-1 pb-5">
        {description ? <p className="[overflow-wrap:anywhere]">{description}</p> : null}
        <CedarField
          readOnly
          text={text}
          checked={UNCHECKED}
          schema={undefined}
          onText={() => undefined}
        />
      </div>
    </Panel>
  );
}

function PolicyActions({ policy, onGone }: PolicyViewProps) {
  const [action, setAction] = useState<PolicyAction>();
  const { mayEdit } = usePermissions(policy);
  return (
    <>
      {mayEdit ? <StatusButton policy={policy} onAction={setAction} /> : null}
      <PolicyMenu policy={policy} onAction={setAction} />
      <PolicyDialogs action={action} onClose={() => setAction(undefined)} onDeleted={onGone} />
    </>
  );
}

interface StatusButtonProps {
  readonly policy: Policy;
  readonly onAction: (action: PolicyAction) => void;
}

function StatusButton({ policy, onAction }: StatusButtonProps) {
  return policy.status === 'enabled' ? (
    <Button onClick={() => onAction({ change: 'disable', policy })}>
      <CirclePause size={15} aria-hidden className="max-sm:hidden" />
      Disable
    </Button>
  ) : (
    <Button onClick={() => onAction({ change: 'enable', policy })}>
      <CirclePlay size={15} aria-hidden className="max-sm:hidden" />
      Enable
    </Button>
  );
}

function PolicyGone() {
  return (
    <>
      <PageHeader title="Policy not found" />
      <div className="rounded-xl border border-line bg-surface">
        <EmptyState title="There is no such policy">It was deleted, or never existed.</EmptyState>
      </div>
    </>
  );
}
