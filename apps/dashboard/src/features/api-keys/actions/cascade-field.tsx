import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { CheckRow } from '../../../components/forms/choices.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { counted } from '../../../lib/format.ts';

type Created = RouteOutput<Routes['getCreated']>;

interface CascadeFieldProps {
  /** Of the keys that are about to end. */
  readonly keysCount: number;
  /** Undefined where the server did not say. */
  readonly created: Created | undefined;
  /** Why it did not. */
  readonly error: Error | null;
  readonly checked: boolean;
  readonly onCheck: (checked: boolean) => void;
}

/** Whether to also revoke what the keys created or rotated: a thief may have used them for that. */
export function CascadeField({ keysCount, created, error, checked, onCheck }: CascadeFieldProps) {
  const label = `And everything ${keysCount === 1 ? 'it' : 'they'} created or rotated`;
  return (
    <CheckRow
      label={created ? `${label} (${sumOf(created)})` : label}
      hint={`The keys are revoked, together with those that they created or rotated in turn. The join keys, invitations and gateways of all of them are deleted.${created ? staying(created) : ''}`}
      error={error ? explainError(error) : undefined}
      checked={checked}
      onCheck={onCheck}
    />
  );
}

/** Who and what joined through the keys and stays, as the person keeps them or may not remove them. */
export function staying({ membersLeftCount, membersLeft, gatewaysLeftCount }: Created): string {
  const names = membersLeft.map(({ name }) => name).join(', ');
  const stay = [
    ...(membersLeftCount > 0
      ? [`${counted(membersLeftCount, 'member')}${names === '' ? '' : ` (${names})`}`]
      : []),
    ...(gatewaysLeftCount > 0 ? [counted(gatewaysLeftCount, 'gateway')] : []),
  ].join(' and ');
  return stay === '' ? '' : ` These stay, since you keep them or may not remove them: ${stay}.`;
}

/** Other keys that the keys enabled or changed; no cascade ends them. */
export function toReview({ editedKeysCount, editedKeys }: Created): string {
  if (editedKeysCount === 0) return '';
  const more = editedKeysCount - editedKeys.length;
  const names = [...editedKeys.map(({ name }) => name), ...(more > 0 ? [`${more} more`] : [])];
  return `Review the keys that were enabled or changed this way, which stay as they are: ${names.join(', ')}.`;
}

/** "2 keys, 1 join key"; nothing where there are none. */
export function sumOf({ isComplete, ...counts }: Created): string {
  const { keysCount, joinKeysCount, invitationsCount, gatewaysCount, membersCount } = counts;
  const sum = [
    ...(keysCount > 0 ? [counted(keysCount, 'key')] : []),
    ...(joinKeysCount > 0 ? [counted(joinKeysCount, 'join key')] : []),
    ...(invitationsCount > 0 ? [counted(invitationsCount, 'invitation')] : []),
    ...(gatewaysCount > 0 ? [counted(gatewaysCount, 'gateway')] : []),
    ...(membersCount > 0 ? [counted(membersCount, 'member')] : []),
  ].join(', ');
  if (isComplete) return sum;
  return sum === '' ? 'too much to count' : `at least ${sum}`;
}
