import { type UseQueryResult, useMutation } from '@tanstack/react-query';
import type { JoinKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { Panel, ShowAll, useCapped } from '../../../components/panel.tsx';
import { counted } from '../../../lib/format.ts';
import { deleteJoinKeyMutation } from '../queries.ts';
import { sortJoinKeys } from './join-key.ts';
import { JoinKeyTable } from './join-key-table.tsx';

const ROWS_MAX = 10;
const NONE: readonly JoinKey[] = [];

interface JoinKeysPanelProps {
  readonly list: UseQueryResult<JoinKey[]>;
}

/** The join keys that admit gateways, and those that did. */
export function JoinKeysPanel({ list: { data, error, refetch } }: JoinKeysPanelProps) {
  const [deleting, setDeleting] = useState<JoinKey>();
  const { shown, hiddenCount, showAll } = useCapped(sortJoinKeys(data ?? NONE), ROWS_MAX);
  return (
    <Panel
      title="Join keys"
      aside={data?.length ? <span className="text-soft">{activeWords(data)}</span> : null}
    >
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the join keys" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data?.length === 0 ? (
        <p className="px-5 pt-1 pb-5 text-soft">None. Create one to add another gateway.</p>
      ) : null}
      {data?.length !== 0 && (data || !error) ? (
        <JoinKeyTable joinKeys={data ? shown : undefined} onDelete={setDeleting} />
      ) : null}
      <ShowAll shownCount={shown.length} hiddenCount={hiddenCount} onShowAll={showAll} />
      {deleting ? (
        <DeleteJoinKeyDialog joinKey={deleting} onClose={() => setDeleting(undefined)} />
      ) : null}
    </Panel>
  );
}

function activeWords(joinKeys: readonly JoinKey[]): string {
  const count = joinKeys.filter(({ status }) => status === 'active').length;
  return count === 0 ? 'None active' : `${counted(count, 'join key')} active`;
}

interface DeleteJoinKeyDialogProps {
  readonly joinKey: JoinKey;
  readonly onClose: () => void;
}

function DeleteJoinKeyDialog({ joinKey: { id, name }, onClose }: DeleteJoinKeyDialogProps) {
  const remove = useMutation(deleteJoinKeyMutation);
  return (
    <ConfirmDialog
      danger
      title={`Delete join key ${name}?`}
      description="No more gateways can join with it. Gateways that have already joined stay connected."
      confirmLabel="Delete join key"
      onConfirm={() => remove.mutateAsync(id)}
      done={`Deleted join key ${name}`}
      onClose={onClose}
    />
  );
}
