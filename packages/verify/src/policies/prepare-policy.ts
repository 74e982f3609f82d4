import type { Code } from './code.ts';
import { compileExpression, type Known } from './compile-expression.ts';
import { type Policy, readPolicy } from './read-policy.ts';
import type { Entity } from './value.ts';

/** A policy as compiled whatever applies beside it, to be kept while its text stays the same. */
export interface PreparedPolicy {
  readonly policy: Policy;
  readonly exact: PreparedCode;
  readonly folded: () => PreparedCode;
}

/** For all requests, and for those with each of the actions. */
export interface PreparedCode {
  readonly general: CompiledPolicy;
  readonly byAction: ReadonlyMap<Entity, CompiledPolicy>;
}

/** @throws UnsupportedPolicyError */
export function preparePolicy(
  id: string,
  json: unknown,
  actions: readonly Entity[],
): PreparedPolicy {
  const policy = readPolicy(id, json);
  const prepare = (known: Known): PreparedCode => {
    const general = compilePolicy(policy, known);
    const forAction = (action: Entity) => [action, specialize(general, { action })] as const;
    return { general, byAction: new Map(actions.map(forAction)) };
  };
  const exact = prepare({});
  let folded: PreparedCode | undefined;
  return {
    ...{ policy, exact },
    folded() {
      folded ??= prepare({ isPathFolded: true });
      return folded;
    },
  };
}

/** A policy with its condition, compiled for all requests or for some. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly known: Known;
  readonly code: Code;
}

function compilePolicy(policy: Policy, known: Known): CompiledPolicy {
  return { policy, known, code: compileExpression(policy.condition, known) };
}

/** The same where what is known now changes nothing. */
export function specialize(compiled: CompiledPolicy, known: Known): CompiledPolicy {
  const { policy, code } = compiled;
  const isUsed = (known.principal && policy.usesPrincipal) || (known.action && policy.usesAction);
  return code.known || !isUsed ? compiled : compilePolicy(policy, { ...compiled.known, ...known });
}
