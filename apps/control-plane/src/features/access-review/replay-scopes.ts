import { isScope, type ScopeReplay } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { readKey } from '../api-keys/index.ts';
import { readScopeUses } from './read-scope-uses.ts';
import { replayUses } from './replay-uses.ts';
import { requireMayReview } from './require-may-review.ts';

interface Input {
  readonly params: { readonly id: string };
  readonly body: { readonly scopes: readonly string[] };
}

/** @throws DomainError not_found, insufficient_scope, validation_failed */
export async function replayScopes(ctx: Ctx, { params, body }: Input): Promise<ScopeReplay> {
  requireMayReview(ctx);
  requireScopes(body.scopes);
  const { services, organizationId } = ctx;
  const key = await readKey(services.db, ctx, params.id);
  const uses = await readScopeUses(services.db, organizationId, [key.id], services.clock());
  return replayUses(uses.get(key.id) ?? [], new Set(key.scopes), new Set(body.scopes));
}

/** @throws DomainError validation_failed, naming each that cannot be a scope */
function requireScopes(names: readonly string[]): void {
  const errors = names.flatMap((name, at) =>
    isScope(name) ? [] : [{ path: `scopes/${at}`, message: `"${name}" is not a scope` }],
  );
  if (errors.length === 0) return;
  throw new DomainError(
    'validation_failed',
    `${errors.map(({ message }) => message).join('; ')}. GET /v1/scopes lists the scopes.`,
    { errors },
  );
}
