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

/** Whether what the key created goes with it: a stolen key may have created others. */
export function CascadeField({ created, checked, onCheck }: CascadeFieldProps) {
  return (
    <CheckRow
      label={
        created ? `And everything it created (${sumOf(created)})` : 'And everything it created'
      }
      hint="The keys are revoked, the join keys and invitations deleted, and so is all that those keys created in turn. Gateways that have joined stay connected."
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
