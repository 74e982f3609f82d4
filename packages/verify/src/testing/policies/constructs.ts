import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import {
  BINARY_FUNCTIONS,
  BINARY_OPERATORS,
  UNARY_FUNCTIONS,
  UNARY_OPERATORS,
} from '../../policies/operators.ts';

/** For tests: everything that a policy can be made of, by names that `constructsOf` gives. */
export const CONSTRUCTS: readonly string[] = [
  ...['permit', 'forbid', 'when', 'unless'],
  ...['principal All', 'principal ==', 'principal in', 'principal is', 'principal is in'],
  ...['resource All', 'resource ==', 'resource in', 'resource is', 'resource is in'],
  ...['action All', 'action ==', 'action in', 'action in set'],
  ...['Value', 'Value entity', 'Var principal', 'Var action', 'Var resource', 'Var context'],
  ...['&&', '||', 'if-then-else', 'in', 'getTag', 'hasTag', '.', 'has', 'has path'],
  ...['like', 'like wildcard', 'is', 'is in', 'Set', 'Record'],
  ...[UNARY_OPERATORS, BINARY_OPERATORS, UNARY_FUNCTIONS, BINARY_FUNCTIONS].flatMap((table) => [
    ...table.keys(),
  ]),
];

export function constructsOf(policy: PolicyJson): Set<string> {
  const names = new Set<string>([policy.effect]);
  for (const variable of ['principal', 'action', 'resource'] as const) {
    const scope = policy[variable];
    names.add(`${variable} ${scope.op}`);
    if ('entities' in scope) names.add(`${variable} in set`);
    if ('in' in scope) names.add(`${variable} is in`);
  }
  for (const { kind, body } of policy.conditions) {
    names.add(kind);
    addConstructs(names, body);
  }
  return names;
}

/** Walks the JSON form: one operator for each object, and its operands below. */
function addConstructs(names: Set<string>, json: object): void {
  for (const [name, body] of Object.entries(json)) {
    names.add(name);
    if (name === 'Value') {
      if (typeof body === 'object') names.add('Value entity');
    } else if (name === 'Var') names.add(`Var ${body}`);
    else if (name === 'Record' || Array.isArray(body)) addAll(names, Object.values(body));
    else {
      if (Array.isArray(body.attr)) names.add('has path');
      if (body.in) names.add('is in');
      if (Array.isArray(body.pattern) && body.pattern.includes('Wildcard')) {
        names.add('like wildcard');
      }
      const { pattern: _, attr: __, entity_type: ___, ...operands } = body;
      addAll(names, Object.values(operands));
    }
  }
}

function addAll(names: Set<string>, operands: readonly unknown[]): void {
  for (const operand of operands) {
    if (typeof operand === 'object' && operand !== null) addConstructs(names, operand);
  }
}
