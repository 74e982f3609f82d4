import type { PolicySummary } from '@tollkeeper/contract';
import { CirclePause, CirclePlay } from 'lucide-react';
import { CopyIdItem, DeleteItem, MenuItem, RecordMenu } from '../../../components/menu.tsx';
import { usePermissions } from '../use-permissions.ts';
import type { PolicyAction } from './policy-dialogs.tsx';

interface PolicyMenuProps {
  readonly policy: PolicySummary;
  readonly onAction: (action: PolicyAction) => void;
}

export function PolicyMenu({ policy, onAction }: PolicyMenuProps) {
  const { mayEdit, mayDelete } = usePermissions(policy);
  return (
    <RecordMenu name={policy.name}>
      {mayEdit && policy.status === 'disabled' ? (
        <MenuItem
          icon={<CirclePlay size={15} aria-hidden />}
          onSelect={() => onAction({ change: 'enable', policy })}
        >
          Enable…
        </MenuItem>
      ) : null}
      {mayEdit && policy.status === 'enabled' ? (
        <MenuItem
          icon={<CirclePause size={15} aria-hidden />}
          onSelect={() => onAction({ change: 'disable', policy })}
        >
          Disable…
        </MenuItem>
      ) : null}
      <CopyIdItem id={policy.id} />
      {mayDelete ? <DeleteItem onSelect={() => onAction({ change: 'delete', policy })} /> : null}
    </RecordMenu>
  );
}
