import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FlaskConical, Plus, ScrollText } from 'lucide-react';
import { useState } from 'react';
import { buttonLook } from '../../../components/button.tsx';
import { LackedScope, LoadError } from '../../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../../components/page.tsx';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace } from '../../workspaces/index.ts';
import { policiesQuery } from '../queries.ts';
import { type PolicyAction, PolicyDialogs } from './policy-dialogs.tsx';
import { PolicyTable } from './policy-table.tsx';

export function PoliciesPage() {
  usePageTitle('Policies');
  const mayRead = useCan('policies.read');
  const mayCreate = useCan('policies.create');
  const workspace = useChosenWorkspace();
  const [action, setAction] = useState<PolicyAction>();
  const { data, error, refetch } = useQuery({ ...policiesQuery(workspace), enabled: mayRead });
  return (
    <>
      <PageHeader
        title="Policies"
        lead="A policy permits or forbids calls through gateways: which key may call what, from where, and when. A call needs a policy that permits it and none that forbids it."
      >
        {mayRead ? <SimulateLink /> : null}
        {mayCreate ? <CreateLink /> : null}
      </PageHeader>
      {mayRead ? null : <LackedScope scope="policies.read" what="policies" />}
      {error && !data ? <LoadError what="the policies" error={error} onRetry={refetch} /> : null}
      {mayRead && data?.length === 0 ? <NoPolicy /> : null}
      {mayRead && data?.length !== 0 && (data || !error) ? (
        <PolicyTable policies={data} onAction={setAction} />
      ) : null}
      <PolicyDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}

function SimulateLink() {
  return (
    <Link to="/policies/simulate" className={buttonLook('secondary')}>
      <FlaskConical size={15} aria-hidden />
      Simulate a call
    </Link>
  );
}

function CreateLink() {
  return (
    <Link to="/policies/new" className={buttonLook('primary')}>
      <Plus size={16} aria-hidden />
      Create policy
    </Link>
  );
}

function NoPolicy() {
  return (
    <div className="rounded-xl border border-line bg-surface">
      <EmptyState icon={<ScrollText size={22} />} title="No policies">
        Nothing permits a call, so gateways refuse every request.
      </EmptyState>
    </div>
  );
}
