import { type ApiKey, KEYS_PROPAGATION_MAX } from '@tollkeeper/contract';

/**
 * The keys to ask about after a change of many: in each workspace the one that was changed last. A
 * gateway applies the changes of its workspace in their order, so it has then applied all of them.
 * @param keys in the order in which they were changed
 */
export function lastOfEachWorkspace(keys: readonly Pick<ApiKey, 'id' | 'workspaceId'>[]): string[] {
  const last = new Map(keys.map(({ id, workspaceId }) => [workspaceId, id]));
  return [...last.values()].slice(-KEYS_PROPAGATION_MAX);
}
