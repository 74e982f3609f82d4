import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { requireCascade } from '../../lineage/removable-members.ts';
import { changeStatus, revoked } from './change-status.ts';
import { readKey } from './key-view.ts';
import { revokeWithCreated } from './revoke-with-created.ts';

/**
 * Final: no verb leads out of revoked. With `cascade` the key takes along what it created; that can
 * also be done later, to a key that is revoked already.
 * @throws DomainError not_found, invalid_state, cascade_includes_caller; insufficient_scope and
 * cascade_too_large, after which the key is revoked nevertheless
 */
export async function revokeKey(
  ctx: Ctx,
  { params: { id }, body }: RouteInput<Routes['revokeKey']>,
): Promise<ApiKey> {
  requireCascade(body.cascade ?? false, body.keepMembers);
  if (!body.cascade) return changeStatus(ctx, id, 'api_key.revoke', revoked(body.reason));
  const refusal = (await revokeWithCreated(ctx, [id], body)).get(id);
  if (refusal) throw refusal;
  return readKey(ctx.services.db, ctx, id);
}
