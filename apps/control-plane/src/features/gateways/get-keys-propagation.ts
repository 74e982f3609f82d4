import type { KeysPropagation } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { findKeyChanges } from './key-changes.ts';
import { readPropagation } from './read-propagation.ts';

/**
 * Which gateways decide with the last changes of all the keys, as far as each concerns them.
 * @throws DomainError not_found naming the first key that the caller does not see
 */
export async function getKeysPropagation(
  ctx: Ctx,
  { body }: { body: { ids: readonly string[] } },
): Promise<KeysPropagation> {
  const changes = await findKeyChanges(ctx, [...new Set(body.ids)]);
  return { keysCount: changes.length, ...(await readPropagation(ctx, changes)) };
}
