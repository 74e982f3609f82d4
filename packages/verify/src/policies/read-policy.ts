import type { RateLimit } from '../limits/rate-limit.ts';
import { readLimits } from '../limits/read-limits.ts';
import { type AskedScopes, askedScopes } from './asked-scopes.ts';
import type { Expression, Variable } from './expression.ts';
import { not } from './operators.ts';
import { readEntity, readExpression } from './read-expression.ts';
import {
  countedNodes,
  type Reading,
  readArray,
  readFields,
  readObject,
  readString,
  refuse,
  startReading,
} from './read-json.ts';
import { areEqual } from './value.ts';

export interface Policy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Scope and conditions as one expression: the policy applies where it is true. */
  readonly condition: Expression;
  readonly usesPrincipal: boolean;
  readonly usesAction: boolean;
  readonly headers: ReadonlySet<string>;
  readonly asked: AskedScopes;
  /** Whether it means another path in upper case than in lower case. */
  readonly foldsPath: boolean;
  /** How many operators and values it has. */
  readonly nodes: number;
  /** Those in which a call that it permits needs room. */
  readonly limits: readonly RateLimit[];
}

/**
 * Reads a policy in Cedar's JSON form.
 * @throws UnsupportedPolicyError
 */
export function readPolicy(id: string, json: unknown): Policy {
  const reading = startReading(id);
  const required = ['effect', 'principal', 'action', 'resource', 'conditions'];
  const fields = readFields(reading, json, 'the policy', required, ['annotations']);
  const { effect } = fields;
  if (effect !== 'permit' && effect !== 'forbid') {
    refuse(reading, `the effect ${JSON.stringify(effect)} is not supported`);
  }
  const operands = [
    ...readScope(reading, 'principal', fields.principal),
    ...readScope(reading, 'action', fields.action),
    ...readScope(reading, 'resource', fields.resource),
    ...readArray(reading, fields.conditions, 'the conditions').map((clause) =>
      readClause(reading, clause),
    ),
  ];
  const condition: Expression = { kind: 'chain', until: false, operands };
  const annotations = readObject(reading, fields.annotations ?? {}, 'the annotations');
  const limits = readLimits({ id, effect, annotations });
  if ('message' in limits) refuse(reading, limits.message.replace(/\.$/, ''));
  const { usesPrincipal, usesAction, headers, foldsPath } = reading;
  const nodes = countedNodes(reading);
  const asked = askedScopes(reading);
  return {
    ...{ id, effect, condition, usesPrincipal, usesAction, headers, asked },
    ...{ foldsPath, nodes, limits },
  };
}

/** No expression where the scope admits everything. */
function readScope(reading: Reading, name: Variable, json: unknown): Expression[] {
  const variable: Expression = { kind: 'variable', name };
  const { op, ...fields } = readObject(reading, json, scopeOf(name));
  if (name === 'principal' && op !== 'All') reading.usesPrincipal = true;
  if (name === 'action' && op !== 'All') reading.usesAction = true;
  switch (op) {
    case 'All':
      return [];
    case '==': {
      const { entity } = readFields(reading, fields, scopeOf(name), ['entity']);
      const right: Expression = { kind: 'literal', value: readEntity(reading, entity) };
      return [{ kind: 'binary', apply: areEqual, left: variable, right }];
    }
    case 'in':
      return [
        { kind: 'entity', operator: 'in', left: variable, right: readGroup(reading, fields) },
      ];
    case 'is': {
      const scope = readFields(reading, fields, scopeOf(name), ['entity_type'], ['in']);
      const entityType = readString(reading, scope.entity_type, 'an entity type');
      const is: Expression = { kind: 'is', operand: variable, entityType };
      if (scope.in === undefined) return [is];
      const right = readGroup(reading, scope.in);
      return [is, { kind: 'entity', operator: 'in', left: variable, right }];
    }
    default:
      return refuse(
        reading,
        `the operator ${JSON.stringify(op)} of ${scopeOf(name)} is not supported`,
      );
  }
}

function scopeOf(name: Variable): string {
  return `the scope of "${name}"`;
}

/** One entity, or a set of them. Slots of templates are refused. */
function readGroup(reading: Reading, json: unknown): Expression {
  const fields = readFields(reading, json, 'a scope', [], ['entity', 'entities']);
  if (fields.entity !== undefined) {
    return { kind: 'literal', value: readEntity(reading, fields.entity) };
  }
  const entities = readArray(reading, fields.entities, 'the entities of a scope');
  return {
    kind: 'set',
    members: entities.map((each) => ({ kind: 'literal', value: readEntity(reading, each) })),
  };
}

function readClause(reading: Reading, json: unknown): Expression {
  const { kind, body } = readFields(reading, json, 'a condition', ['kind', 'body']);
  const expression = readExpression(reading, body);
  if (kind === 'when') return expression;
  if (kind === 'unless') return { kind: 'unary', apply: not, operand: expression };
  return refuse(reading, `a condition of the kind ${JSON.stringify(kind)} is not supported`);
}
