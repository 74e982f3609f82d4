import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import type { KeyRow } from './lock-key.ts';

export function isDisabledByOwner({ status, disabledBy, memberId }: KeyRow): boolean {
  return status === 'disabled' && disabledBy?.type === 'member' && disabledBy.memberId === memberId;
}

/**
 * A key that an admin or a job disabled is enabled by an admin: else its owner would undo at once
 * what was done about it.
 * @throws DomainError insufficient_scope
 */
export function requireMayEnable(ctx: Ctx, row: KeyRow): void {
  if (isDisabledByOwner(row) || holds(ctx.scopes, 'api_keys.manage_all')) return;
  const who = row.disabledBy?.type === 'job' ? 'a job' : 'somebody other than its owner';
  throw new DomainError(
    'insufficient_scope',
    `Cannot enable the key "${row.name}": ${who} disabled it. Ask someone who holds the scope "api_keys.manage_all".`,
    { scopes: ['api_keys.manage_all'] },
  );
}
