import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../components/page.tsx';
import { useCan } from '../sessions/index.ts';
import { rolesQuery } from './queries.ts';
import { type RoleAction, RoleDialogs } from './role-dialogs.tsx';
import { RoleTable } from './role-table.tsx';

export function RolesPage() {
  usePageTitle('Roles');
  const mayRead = useCan('roles.read');
  const mayCreate = useCan('roles.create');
  const [action, setAction] = useState<RoleAction>();
  const { data, error, refetch } = useQuery({ ...rolesQuery, enabled: mayRead });
  return (
    <>
      <PageHeader
        title="Roles"
        lead="A role decides what its members may do. It is also the limit of every key that they own, so a change of the role changes those keys at once."
      >
        {mayCreate ? (
          <Button look="primary" onClick={() => setAction({ kind: 'create' })}>
            <Plus size={16} aria-hidden />
            Create role
          </Button>
        ) : null}
      </PageHeader>
      {mayRead ? null : <LackedScope scope="roles.read" what="roles" />}
      {error && !data ? <LoadError what="the roles" error={error} onRetry={refetch} /> : null}
      {mayRead && (data || !error) ? <RoleTable roles={data} onAction={setAction} /> : null}
      <RoleDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}
