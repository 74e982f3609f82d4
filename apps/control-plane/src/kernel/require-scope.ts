import type { Scope } from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import type { Ctx } from './context.ts';
import { DomainError } from './domain-error.ts';

const single = new Map<Scope, ScopeSet>();

/** @throws DomainError insufficient_scope, naming the scope */
export function requireScope(ctx: Ctx, scope: Scope): void {
  if (!holds(ctx.scopes, scope)) {
    throw new DomainError(
      'insufficient_scope',
      `This needs the scope "${scope}", which your credential does not hold now. Ask an admin, or use a key that has it.`,
      { scopes: [scope] },
    );
  }
}

export function holds(scopes: ScopeSet, scope: Scope): boolean {
  let required = single.get(scope);
  if (!required) {
    required = scopeSet([scope]);
    single.set(scope, required);
  }
  return includes(scopes, required);
}
