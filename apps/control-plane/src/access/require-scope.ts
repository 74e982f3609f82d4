import type { Scope } from '@tollkeeper/contract';
import { includes, missing, type ScopeSet, scopeNames, scopeSet } from '@tollkeeper/verify';
import type { Ctx } from '../context.ts';
import { DomainError } from '../domain-error.ts';

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

/** Nobody gives what they do not hold. @throws DomainError scope_not_held, naming the scopes */
export function requireScopesHeld(ctx: Ctx, scopes: readonly Scope[]): void {
  const beyond = scopeNames(missing(ctx.scopes, scopeSet(scopes)));
  if (beyond.length === 0) return;
  throw new DomainError(
    'scope_not_held',
    `You do not hold ${beyond.map((name) => `"${name}"`).join(', ')} yourself. Leave ${beyond.length > 1 ? 'them' : 'it'} out, or ask someone who does.`,
    { scopes: beyond },
  );
}
