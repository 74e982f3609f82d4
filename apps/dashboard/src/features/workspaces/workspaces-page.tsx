import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../components/page.tsx';
import { useCan } from '../sessions/index.ts';
import { useWorkspaces } from './queries.ts';
import { type WorkspaceAction, WorkspaceDialogs } from './workspace-dialogs.tsx';
import { WorkspaceTable } from './workspace-table.tsx';

export function WorkspacesPage() {
  usePageTitle('Workspaces');
  const mayRead = useCan('workspaces.read');
  const mayManage = useCan('workspaces.manage');
  const [action, setAction] = useState<WorkspaceAction>();
  const { data, error, refetch } = useWorkspaces();
  return (
    <>
      <PageHeader
        title="Workspaces"
        lead="A workspace is a part of the organization, such as production or staging. A key that is confined to one workspace has no access to the others."
      >
        {mayManage ? (
          <Button look="primary" onClick={() => setAction({ kind: 'create' })}>
            <Plus size={16} aria-hidden />
            Create workspace
          </Button>
        ) : null}
      </PageHeader>
      {mayRead ? null : <LackedScope scope="workspaces.read" what="workspaces" />}
      {error && !data ? <LoadError what="the workspaces" error={error} onRetry={refetch} /> : null}
      {mayRead && (data || !error) ? (
        <WorkspaceTable workspaces={data} onAction={setAction} />
      ) : null}
      <WorkspaceDialogs action={action} onClose={() => setAction(undefined)} />
    </>
  );
}
