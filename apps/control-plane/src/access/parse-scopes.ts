import { isScope, type Scope } from '@tollkeeper/contract';
import { DomainError, invalidField } from '../domain-error.ts';

/** @throws DomainError validation_failed, naming each scope at fault */
export function parseScopes(names: readonly string[]): Scope[] {
  if (names.length === 0) throw invalidField('scopes', 'must name at least one scope');
  const seen = new Set<string>();
  const scopes: Scope[] = [];
  const errors: { path: string; message: string }[] = [];
  for (const [at, name] of names.entries()) {
    if (!isScope(name)) errors.push({ path: `scopes/${at}`, message: `"${name}" is not a scope` });
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
