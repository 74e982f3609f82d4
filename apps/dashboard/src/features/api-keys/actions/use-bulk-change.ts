import { useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/explain-error.ts';
import { counted } from '../../../lib/format-count.ts';
import { refreshKeys } from '../key-queries.ts';

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
    const failures: string[] = [];
    for (const key of keys) {
      try {
        await change({ id: key.id });
      } catch (error) {
        failures.push(`${key.name}: ${explainError(error)}`);
      }
    }
    setPending(false);
    const count = counted(keys.length - failures.length, 'key');
    if (failures.length === 0) toast.success(`${done} ${count}`);
    else toast.error(`${done} ${count}, not the others`, { description: failures.join('\n') });
    onDone();
    await refreshKeys(queryClient);
  }

  return {
    pending,
    disableAll: (keys: readonly ApiKey[]) =>
      changeAll('Disabled', keys, (params) => api.disableKey({ params })),
    revokeAll: (keys: readonly ApiKey[], reason: string) =>
      changeAll('Revoked', keys, (params) =>
        api.revokeKey({ params, body: reason ? { reason } : {} }),
      ),
  };
}
