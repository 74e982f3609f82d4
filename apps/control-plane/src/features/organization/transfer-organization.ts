import type { RouteInput, Routes } from '@tollkeeper/contract';
import { requireWholeOrganization } from '../../access/require-whole-organization.ts';
import type { Ctx } from '../../context.ts';
import { write } from '../../write/write.ts';
import { requirePassword, requireRecentSignIn } from '../identity/index.ts';
import { handOverOwnership } from './hand-over-ownership.ts';
import { lockOrganization, organizationView } from './organization-view.ts';

type Body = RouteInput<Routes['transferOrganization']>['body'];

/**
 * Hands the ownership to another active member; who had it becomes an admin.
 * @throws DomainError password_wrong, recent_sign_in_required, not_found, invalid_state
 */
export async function transferOrganization(ctx: Ctx, { body }: { body: Body }) {
  requireWholeOrganization(ctx);
  await requirePassword(ctx, body.password);
  const spec = { scope: 'organization.transfer', action: 'organization.transfer' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    await requireRecentSignIn(confirmed, tx);
    const row = await lockOrganization(tx, confirmed);
    const handedOver = await handOverOwnership(tx, row, body.memberId);
    return { result: organizationView(row), ...handedOver };
  });
}
