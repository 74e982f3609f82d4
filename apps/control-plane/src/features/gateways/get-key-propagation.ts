import type { KeyPropagation } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { findKeyChanges } from './key-changes.ts';
import { readPropagation } from './read-propagation.ts';

/**
 * Which gateways decide with the last change of the key, and how long each took: those of its
 * workspace, or all for a key that none confines.
 * @throws DomainError not_found
 */
export async function getKeyPropagation(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<KeyPropagation> {
  const changes = await findKeyChanges(ctx, [params.id]);
  return { keyId: params.id, ...(await readPropagation(ctx, changes)) };
}
