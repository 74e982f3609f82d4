import { useQuery } from '@tanstack/react-query';
import { Braces, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { useCan } from '../sessions/index.ts';
import { type ApiScopeAction, ApiScopeDialogs } from './api-scope-dialogs.tsx';
import { ApiScopeTable } from './api-scope-table.tsx';
import { apiScopesQuery } from './queries.ts';

export function ApiScopesPage() {
  usePageTitle('API scopes');
  const mayRead = useCan('policies.read');
  const mayCreate = useCan('policies.create');
  const [action, setAction] = useState<ApiScopeAction>();
  const { data, error, refetch } = useQuery({ ...apiScopesQuery, enabled: mayRead });
  const create = mayCreate ? (
    <Button look="primary" onClick={() => setAction({ kind: 'create' })}>
      <Plus size={16} aria-hidden />
      Create API scope
    </Button>
  ) : null;
  return (
    <>
      <PageHeader
        title="API scopes"
        lead="An API scope is a permission in your own APIs, such as invoices.read. Give it to keys and roles, and require it on the routes of your gateways."
      >
        {data?.length === 0 ? null : create}
      </PageHeader>
      {mayRead ? null : <LackedScope scope="policies.read" what="API scopes" />}
      {error && !data ? <LoadError what="the API scopes" error={error} onRetry={refetch} /> : null}
      {mayRead && data?.length === 0 ? (
        <section aria-label="API scopes" className="rounded-xl border border-line bg-surface">
          <EmptyState icon={<Braces size={22} />} title="No API scopes yet" action={create}>
            Create an API scope, give it to some keys and roles, and require it on a route: no other
            key can call that route.
          </EmptyState>
        </section>
      ) : null}
      {mayRead && data?.length !== 0 && (data || !error) ? (
        <ApiScopeTable apiScopes={data} onAction={setAction} />
      ) : null}
      <ApiScopeDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}
