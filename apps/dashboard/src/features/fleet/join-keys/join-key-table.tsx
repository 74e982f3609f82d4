import { JOIN_KEY_BLOCKS, type JoinKey, type JoinKeyBlock } from '@tollkeeper/contract';
import { DeleteItem, RecordMenu } from '../../../components/menu.tsx';
import {
  actionsColumn,
  CutText,
  MaskedPrefix,
  type RecordColumn,
  RecordTable,
} from '../../../components/record-table.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, WorkspaceName } from '../../workspaces/index.ts';
import { LabelChips } from '../labels.tsx';
import { JOIN_KEY_LOOKS } from './join-key.ts';

interface JoinKeyTableProps {
  readonly joinKeys: readonly JoinKey[] | undefined;
  readonly onDelete: (joinKey: JoinKey) => void;
}

export function JoinKeyTable({ joinKeys, onDelete }: JoinKeyTableProps) {
  const mayManage = useCan('fleet.manage');
  return (
    <RecordTable
      caption="Join keys"
      columns={mayManage ? [...COLUMNS, menuColumn(onDelete)] : COLUMNS}
      rows={joinKeys}
    />
  );
}

const LABELS_SHOWN = 3;

const COLUMNS: readonly RecordColumn<JoinKey>[] = [
  { header: 'Name', cell: (joinKey) => <NameCell joinKey={joinKey} /> },
  {
    header: 'Prefix',
    look: 'w-31 hidden lg:table-cell',
    cell: ({ prefix }) => <MaskedPrefix prefix={prefix} className="text-soft" />,
  },
  {
    header: 'Workspace',
    look: 'w-32 hidden min-[82rem]:table-cell',
    cell: ({ workspaceId }) => (
      <span className="block truncate text-soft">
        <WorkspaceName id={workspaceId} />
      </span>
    ),
  },
  {
    header: 'Status',
    look: 'w-27 hidden sm:table-cell',
    cell: (joinKey) => <JoinKeyStatusWord joinKey={joinKey} />,
  },
  {
    header: 'Uses',
    look: 'w-22 hidden sm:table-cell',
    cell: (joinKey) => <Uses joinKey={joinKey} />,
  },
  {
    header: 'Expires',
    look: 'w-32 hidden cell-small md:table-cell',
    // Once it is used up, it admits nothing more, whatever time is left.
    cell: ({ status, expiresAt }) => (status === 'used_up' ? '–' : <TimeAgo at={expiresAt} />),
  },
  {
    header: 'Created by',
    look: 'w-34 hidden min-[74rem]:table-cell',
    cell: ({ createdBy }) => (
      <CutText text={createdBy.name} title={createdBy.email ?? createdBy.name} />
    ),
  },
];

function NameCell({ joinKey }: { readonly joinKey: JoinKey }) {
  const { name, labels, status, expiresAt, blockedBy, workspaceId } = joinKey;
  const chosen = useChosenWorkspace();
  return (
    <div className="flex min-w-0 flex-col gap-1 max-sm:gap-1.5">
      <p className="truncate font-medium" title={name}>
        {name}
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem] text-soft md:hidden">
        <span className="text-ink sm:hidden">
          <JoinKeyStatusWord joinKey={joinKey} />
        </span>
        {chosen ? null : (
          <span className="sm:hidden">
            in <WorkspaceName id={workspaceId} />
          </span>
        )}
        <span className="sm:hidden">
          <Uses joinKey={joinKey} /> used
        </span>
        {status === 'used_up' ? null : (
          <span>
            expires <TimeAgo at={expiresAt} />
          </span>
        )}
      </p>
      {blockedBy ? (
        <p className="text-[0.8125rem] text-soft">Blocked: {blockWords(blockedBy)}</p>
      ) : null}
      <LabelChips labels={labels} most={LABELS_SHOWN} />
    </div>
  );
}

/** Why the join key is blocked, to continue a sentence. */
function blockWords(blockedBy: JoinKeyBlock): string {
  const sentence = JOIN_KEY_BLOCKS[blockedBy];
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

function JoinKeyStatusWord({ joinKey: { status } }: { readonly joinKey: JoinKey }) {
  const { word, tone } = JOIN_KEY_LOOKS[status];
  return <StatusWord tone={tone}>{word}</StatusWord>;
}

function Uses({ joinKey: { usesCount, usesMax } }: { readonly joinKey: JoinKey }) {
  return `${formatCount(usesCount)} / ${formatCount(usesMax)}`;
}

function menuColumn(onDelete: (joinKey: JoinKey) => void): RecordColumn<JoinKey> {
  return actionsColumn((joinKey) => (
    <RecordMenu name={`join key ${joinKey.name}`}>
      <DeleteItem onSelect={() => onDelete(joinKey)} />
    </RecordMenu>
  ));
}
