import { requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';

/**
 * A review shows keys, and how they are used: each caller learns what other routes would show, of the keys
 * that these would show.
 * @throws DomainError insufficient_scope
 */
export function requireMayReview(ctx: Ctx): void {
  requireScope(ctx, 'api_keys.read');
  requireScope(ctx, 'usage.read');
}
