import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import type { ApiKey, Identity } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { explainError } from '../../../lib/api-errors.ts';
import { toastChange } from '../propagation.tsx';
import {
  changeStatusMutation,
  refreshKeys,
  type StatusChange,
  showChangedKey,
} from '../queries.ts';

/** Disables and enables keys. Disabling can be undone from the toast. */
export function useStatusChange(): (change: StatusChange) => void {
  const queryClient = useQueryClient();
  const { mutate } = useMutation({
    ...changeStatusMutation,
    onSuccess: (changed, { key, to }) => {
      if (to === 'active')
        toastChange({ title: `Enabled ${key.name}`, keyIds: [key.id], done: 'It works again.' });
      else {
        toastChange({
          title: `Disabled ${key.name}`,
          keyIds: [key.id],
          done: 'It is refused everywhere from now on.',
          onUndo: () => mutate({ key, to: 'active' }),
        });
      }
      return showChangedKey(queryClient, changed);
    },
    onError: (error, { key, to }) => {
      toast.error(`Cannot ${to === 'disabled' ? 'disable' : 'enable'} ${key.name}`, {
        description: explainError(error),
      });
      return refreshKeys(queryClient);
    },
  });
  return mutate;
}

/** The status that the key is about to have, while the server has not answered. */
export function usePendingStatus(id: string): StatusChange['to'] | undefined {
  return useMutationState({
    filters: {
      mutationKey: changeStatusMutation.mutationKey,
      status: 'pending',
      predicate: ({ state }) => isChangeOf(state.variables, id),
    },
    select: ({ state }) => (state.variables as StatusChange).to,
  }).at(-1);
}

function isChangeOf(variables: unknown, id: string): boolean {
  return (variables as StatusChange | undefined)?.key.id === id;
}

/**
 * Why the member may not enable the disabled key: enabling hands it out once more, so it needs what
 * creating it would need. The server decides; this says so before the button is pressed.
 * @returns undefined where nothing speaks against it
 */
export function enableBlock(
  { scopes, createdBy, disabledBy }: Pick<ApiKey, 'scopes' | 'createdBy' | 'disabledBy'>,
  { scopes: held }: Pick<Identity, 'scopes'>,
): string | undefined {
  if (!held.includes('api_keys.create')) {
    return 'Your role lacks the scope api_keys.create, which enabling a key needs.';
  }
  const byOwner = disabledBy?.type === 'member' && disabledBy.memberId === createdBy.memberId;
  if (!byOwner && !held.includes('api_keys.manage_all')) {
    const who = disabledBy?.type === 'member' ? disabledBy.name : 'A job';
    return `${who} disabled it. Ask someone who holds the scope api_keys.manage_all.`;
  }
  const lacking = scopes.filter((scope) => !held.includes(scope));
  return lacking.length > 0
    ? `You do not hold ${lacking.join(', ')}, which the key holds.`
    : undefined;
}
