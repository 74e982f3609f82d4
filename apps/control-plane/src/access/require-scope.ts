import { isBuiltInScope, type Scope } from '@tollkeeper/contract';
import { includes, missing, type ScopeSet, scopeNames, scopeSet } from '@tollkeeper/verify';
import type { Ctx } from '../context.ts';
import { DomainError, invalidField } from '../domain-error.ts';

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

/**
 * Nobody gives what they do not hold.
 * @param shownBy the scope that shows which scopes these are; none where the caller named them
 * @throws DomainError scope_not_held, naming the scopes where the caller may see them
 */
export function requireScopesHeld(ctx: Ctx, scopes: readonly Scope[], shownBy?: Scope): void {
  const beyond = scopeNames(missing(ctx.scopes, scopeSet(scopes)));
  if (beyond.length === 0) return;
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
    `Your key is confined to the workspace "${ctx.workspaceId}"; this changes the whole organization. Use a key without a workspace.`,
  );
}

/** @throws DomainError validation_failed, naming each scope at fault */
export function parseScopes(names: readonly string[]): Scope[] {
  if (names.length === 0) throw invalidField('scopes', 'must name at least one scope');
  const seen = new Set<string>();
  const scopes: Scope[] = [];
  const errors: { path: string; message: string }[] = [];
  for (const [at, name] of names.entries()) {
    if (!isBuiltInScope(name))
      errors.push({ path: `scopes/${at}`, message: `"${name}" is not a scope` });
    else if (seen.has(name))
      errors.push({ path: `scopes/${at}`, message: `"${name}" is named twice` });
    else scopes.push(name);
    seen.add(name);
  }
  if (errors.length > 0) {
    throw new DomainError(
      'validation_failed',
      `${errors.map((error) => error.message).join('; ')}. GET /v1/scopes lists the scopes.`,
      { errors },
    );
  }
  return scopes.toSorted();
}
