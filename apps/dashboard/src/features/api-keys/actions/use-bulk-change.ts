import { useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { ApiError } from '@tollkeeper/sdk';
import { useState } from 'react';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/explain-error.ts';
import { counted } from '../../../lib/format-count.ts';
import { refreshKeys } from '../key-queries.ts';
import { tellChange } from '../propagation/tell-change.tsx';

/** With `cascade`, one of them may have taken another one along already. */
async function revoke(params: { id: string }, body: { reason?: string; cascade: boolean }) {
  try {
    await api.revokeKey({ params, body });
  } catch (error) {
    const isTaken = error instanceof ApiError && error.code === 'invalid_state';
    if (!body.cascade || !isTaken) throw error;
  }
}

/** Changes several keys one after the other and says how many went through, and why others not. */
export function useBulkChange(onDone: () => void) {
  const queryClient = useQueryClient();
  const [pending, setPending] = useState(false);

  async function changeAll(
    done: string,
    keys: readonly ApiKey[],
    change: (params: { id: string }) => Promise<unknown>,
  ) {
    setPending(true);
    const changed: string[] = [];
    const failures: string[] = [];
    for (const { id, name } of keys) {
      try {
        await change({ id });
        changed.push(id);
      } catch (error) {
        failures.push(`${name}: ${explainError(error)}`);
      }
    }
    setPending(false);
    const count = changed.length === 0 ? 'no key' : counted(changed.length, 'key');
    tellChange({
      title: `${done} ${count}${changed.length > 0 && failures.length > 0 ? ', not the others' : ''}`,
      keyIds: changed,
      done: 'Refused everywhere from now on.',
      failures,
    });
    onDone();
    await refreshKeys(queryClient);
  }

  return {
    pending,
    disableAll: (keys: readonly ApiKey[]) =>
      changeAll('Disabled', keys, (params) => api.disableKey({ params })),
    revokeAll: (keys: readonly ApiKey[], reason: string, cascade: boolean) =>
      changeAll('Revoked', keys, (params) =>
        revoke(params, { ...(reason ? { reason } : {}), cascade }),
      ),
  };
}
