import { isBuiltInScope, type Scope } from '@tollkeeper/contract';
import { includes, missing, type ScopeSet, scopeNames, scopeSet } from '@tollkeeper/verify';
import type { Ctx } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import type { CallerScopes } from './scope-record.ts';

const single = new Map<Scope, ScopeSet>();

/** @throws DomainError insufficient_scope, naming the scope */
export function requireScope(ctx: Ctx, scope: Scope): void {
  if (!isHeld(ctx.scopes, scope)) {
    throw new DomainError(
      'insufficient_scope',
      `This needs the scope "${scope}", which your credential does not hold now. Ask an admin, or use a key that has it.`,
      { scopes: [scope] },
    );
  }
  ctx.scopes.record?.require([scope]);
}

/** For what the scope decides: of a calling key it is recorded that it was considered. */
export function holds(scopes: CallerScopes, scope: Scope): boolean {
  if (!isHeld(scopes, scope)) return false;
  scopes.record?.consider([scope]);
  return true;
}

/** For what only shows what a caller holds. */
export function isHeld(scopes: ScopeSet, scope: Scope): boolean {
  // API scopes are many: sets of them are not kept.
  if (!isBuiltInScope(scope)) return includes(scopes, scopeSet([scope]));
  let required = single.get(scope);
  if (!required) {
    required = scopeSet([scope]);
    single.set(scope, required);
  }
  return includes(scopes, required);
}

/**
 * Nobody gives what they do not hold.
 * @param shownBy the scope that shows which scopes these are; none where the caller named them
 * @throws DomainError scope_not_held, naming the scopes where the caller may see them
 */
export function requireScopesHeld(ctx: Ctx, scopes: readonly Scope[], shownBy?: Scope): void {
  const beyond = scopeNames(missing(ctx.scopes, scopeSet(scopes)));
  if (beyond.length === 0) {
    ctx.scopes.record?.require(scopes);
    return;
  }
  if (shownBy && !holds(ctx.scopes, shownBy)) {
    throw new DomainError(
      'scope_not_held',
      `This gives scopes that you do not hold yourself. Ask someone who does; seeing which ones needs "${shownBy}".`,
    );
  }
  throw new DomainError(
    'scope_not_held',
    `You do not hold ${beyond.map((name) => `"${name}"`).join(', ')} yourself. Leave ${beyond.length > 1 ? 'them' : 'it'} out, or ask someone who does.`,
    { scopes: beyond },
  );
}

/**
 * What belongs to the whole organization is out of reach for a key that is confined to a
 * workspace, whatever scopes it holds.
 * @throws DomainError outside_workspace
 */
export function requireWholeOrganization(ctx: Ctx): void {
  if (ctx.workspaceId === null) return;
  throw new DomainError(
    'outside_workspace',
    `Your key is confined to the workspace "${ctx.workspaceId}"; this concerns the whole organization. Use a key without a workspace.`,
  );
}
