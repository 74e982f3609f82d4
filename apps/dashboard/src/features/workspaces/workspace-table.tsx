import type { Workspace } from '@tollkeeper/contract';
import { Pencil } from 'lucide-react';
import { CopyIdItem, DeleteItem, MenuItem, RecordMenu } from '../../components/menu.tsx';
import { actionsColumn, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import type { WorkspaceAction } from './workspace-dialogs.tsx';

interface WorkspaceTableProps {
  readonly workspaces: readonly Workspace[] | undefined;
  readonly onAction: (action: WorkspaceAction) => void;
}

export function WorkspaceTable({ workspaces, onAction }: WorkspaceTableProps) {
  const mayManage = useCan('workspaces.manage');
  const isOnly = workspaces?.length === 1;
  return (
    <section aria-label="Workspaces" className="rounded-xl border border-line bg-surface">
      <RecordTable
        caption="Workspaces"
        columns={mayManage ? [...COLUMNS, menuColumn(isOnly, onAction)] : COLUMNS}
        rows={workspaces}
      />
    </section>
  );
}

const COLUMNS: readonly RecordColumn<Workspace>[] = [
  {
    header: 'Name',
    cell: ({ name, environment, keysCount }) => (
      <>
        <p className="truncate font-medium" title={name}>
          {name}
        </p>
        <p className="text-[0.8125rem] text-soft sm:hidden">
          {environment}, {counted(keysCount, 'key')} in all
        </p>
      </>
    ),
  },
  {
    header: 'Environment',
    look: 'w-40 hidden sm:table-cell',
    cell: ({ environment }) => (
      <>
        {environment}{' '}
        <code className="ml-1 font-mono text-[0.8125rem] text-soft">tk_{environment}_…</code>
      </>
    ),
  },
  {
    header: 'All keys',
    look: 'w-20 hidden sm:table-cell',
    cell: ({ keysCount }) => formatCount(keysCount),
  },
  {
    header: 'Created',
    look: 'w-32 hidden cell-small md:table-cell',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
  },
];

function menuColumn(
  isOnly: boolean,
  onAction: (action: WorkspaceAction) => void,
): RecordColumn<Workspace> {
  return actionsColumn((workspace) => (
    <RecordMenu name={workspace.name}>
      <MenuItem
        icon={<Pencil size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'rename', workspace })}
      >
        Rename…
      </MenuItem>
      <CopyIdItem id={workspace.id} />
      <DeleteItem
        blocked={isOnly ? 'The last workspace stays.' : undefined}
        onSelect={() => onAction({ kind: 'delete', workspace })}
      />
    </RecordMenu>
  ));
}
