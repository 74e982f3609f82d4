import type { RouteInput, Routes } from '@tollkeeper/contract';
import type { Ctx } from '../../kernel/context.ts';
import { changeStatus, refuseStatus } from './change-status.ts';

/** Final: no verb leads out of revoked. @throws DomainError not_found, invalid_state */
export function revokeKey(ctx: Ctx, { params, body }: RouteInput<Routes['revokeKey']>) {
  return changeStatus(ctx, params.id, 'api_key.revoke', (row, now) =>
    row.status === 'revoked'
      ? refuseStatus('revoke', row)
      : { status: 'revoked', revokedAt: now, revokeReason: body.reason ?? null },
  );
}
