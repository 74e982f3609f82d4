import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { CheckRow } from '../../../components/check-row.tsx';
import { counted } from '../../../lib/format-count.ts';

type Created = RouteOutput<Routes['getCreated']>;

interface CascadeFieldProps {
  /** Undefined where the server did not say. */
  readonly created: Created | undefined;
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
}

/** Whether to also revoke what the key created or rotated: a stolen key may have got itself others. */
export function CascadeField({ created, checked, onCheck }: CascadeFieldProps) {
  return (
    <CheckRow
      label={
        created
          ? `And everything it created or rotated (${sumOf(created)})`
          : 'And everything it created or rotated'
      }
      hint="Revokes these keys and those that they created or rotated in turn, and deletes the join keys and invitations that any of them created. Gateways that have already joined stay connected."
      checked={checked}
      onCheck={onCheck}
    />
  );
}

/** "2 keys, 1 join key". */
export function sumOf({ keysCount, joinKeysCount, invitationsCount }: Created): string {
  return [
    ...(keysCount > 0 ? [counted(keysCount, 'key')] : []),
    ...(joinKeysCount > 0 ? [counted(joinKeysCount, 'join key')] : []),
    ...(invitationsCount > 0 ? [counted(invitationsCount, 'invitation')] : []),
  ].join(', ');
}
