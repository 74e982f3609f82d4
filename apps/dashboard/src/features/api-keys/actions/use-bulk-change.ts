import { useQueryClient } from '@tanstack/react-query';
import { type ApiKey, BULK_KEYS_MAX, type RouteOutput, type Routes } from '@tollkeeper/contract';
import { useState } from 'react';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/explain-error.ts';
import { counted } from '../../../lib/format-count.ts';
import { refreshKeys } from '../key-queries.ts';
import { tellChange } from '../propagation/tell-change.tsx';

type Results = RouteOutput<Routes['revokeKeys']>['results'];

/** Changes several keys at once and says how many went through, and why others did not. */
export function useBulkChange(onDone: () => void) {
  const queryClient = useQueryClient();
  const [pending, setPending] = useState(false);

  async function changeAll(
    done: string,
    keys: readonly ApiKey[],
    change: (ids: string[]) => Promise<{ results: Results }>,
  ) {
    setPending(true);
    const changed: string[] = [];
    const failures: string[] = [];
    const names = new Map(keys.map(({ id, name }) => [id, name]));
    for (let start = 0; start < keys.length; start += BULK_KEYS_MAX) {
      const part = keys.slice(start, start + BULK_KEYS_MAX);
      try {
        const { results } = await change(part.map(({ id }) => id));
        for (const { id, error } of results) {
          if (error) failures.push(`${names.get(id)}: ${error.detail}`);
          else changed.push(id);
        }
      } catch (error) {
        failures.push(`${counted(part.length, 'key')}: ${explainError(error)}`);
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
      changeAll('Disabled', keys, (ids) => api.disableKeys({ body: { ids } })),
    revokeAll: (keys: readonly ApiKey[], reason: string, cascade: boolean) =>
      changeAll('Revoked', keys, (ids) =>
        api.revokeKeys({ body: { ids, ...(reason ? { reason } : {}), cascade } }),
      ),
  };
}
