import { compileExpression } from './compile-expression.ts';
import { ACTIONS } from './entity-model.ts';
import type { Expression } from './expression.ts';
import { type Policy, readPolicy } from './read-policy.ts';
import { type Entity, entityOf, type Value } from './value.ts';

/** What is known of calls that were counted: which key, at which route, by which method. */
export interface CountedCall {
  readonly principal: Entity;
  readonly method: string;
  readonly routePath: string;
  /** Undefined for one that is gone. */
  readonly gateway:
    | { readonly name: string; readonly labels: Readonly<Record<string, string>> }
    | undefined;
}

/** Whether a statement applies to a call; `unknown` where that depends on what is not known of it. */
export type PartialOutcome = 'applies' | 'does_not_apply' | 'unknown';

/** A statement that is asked about many counted calls. */
export interface CountedStatement {
  readonly effect: Policy['effect'];
  outcomeOf(call: CountedCall): PartialOutcome;
}

/**
 * Reads a statement in Cedar's JSON form. It is evaluated as far as what it asks for is known: path,
 * host, address, time and headers of a call are not. Doubt is `unknown`, never a guess.
 * @throws UnsupportedPolicyError
 */
export function readCountedStatement(id: string, json: unknown): CountedStatement {
  const { effect, condition } = readPolicy(id, json);
  return { effect, outcomeOf: (call) => outcomeOf(condition, call) };
}

/** The condition of a policy is a chain of all that must be true. One that is not true decides. */
function outcomeOf(condition: Expression, call: CountedCall): PartialOutcome {
  const { principal, method } = call;
  const action = ACTIONS.get(method);
  const known = action ? { principal, action } : { principal };
  let outcome: PartialOutcome = 'applies';
  for (const operand of conjunctsOf(condition)) {
    const code = compileExpression(withFacts(operand, call), known);
    if (!code.known) outcome = 'unknown';
    else if (code.value !== true) return 'does_not_apply';
  }
  return outcome;
}

function conjunctsOf(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'chain' || expression.until) return [expression];
  return expression.operands.flatMap(conjunctsOf);
}

/** The expression with what is known of the call in place of what asks for it. */
function withFacts(expression: Expression, call: CountedCall): Expression {
  const put = (inner: Expression) => withFacts(inner, call);
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'variable':
      return expression.name === 'resource' ? routeLiteral(call, expression) : expression;
    case 'chain':
      return { ...expression, operands: expression.operands.map(put) };
    case 'if': {
      const { test, whenTrue, whenFalse } = expression;
      return { kind: 'if', test: put(test), whenTrue: put(whenTrue), whenFalse: put(whenFalse) };
    }
    case 'unary':
    case 'like':
    case 'is':
      return { ...expression, operand: put(expression.operand) };
    case 'binary':
      return { ...expression, left: put(expression.left), right: put(expression.right) };
    case 'entity':
      return (
        tagLiteral(expression, call) ?? {
          ...expression,
          left: put(expression.left),
          right: put(expression.right),
        }
      );
    case 'attribute':
      return attributeLiteral(expression, call) ?? { ...expression, of: put(expression.of) };
    case 'has':
      return {
        ...expression,
        of: isVariable(expression.of, 'resource') ? expression.of : put(expression.of),
      };
    case 'set':
      return { ...expression, members: expression.members.map(put) };
    case 'record':
      return {
        ...expression,
        fields: expression.fields.map(([name, value]) => [name, put(value)] as const),
      };
  }
}

function isVariable(expression: Expression, name: string): boolean {
  return expression.kind === 'variable' && expression.name === name;
}

function literal(value: Value): Expression {
  return { kind: 'literal', value };
}

/** A reference only: what is known of the route is put in place by the cases below. */
function routeLiteral({ gateway, routePath }: CountedCall, otherwise: Expression): Expression {
  return gateway ? literal(entityOf('Route', `${gateway.name}${routePath}`)) : otherwise;
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

function attributeLiteral(
  { of, name }: Of<'attribute'>,
  { gateway, routePath, method }: CountedCall,
): Expression | undefined {
  if (isVariable(of, 'context') && name === 'method') return literal(method);
  if (!isVariable(of, 'resource')) return undefined;
  if (name === 'path') return literal(routePath);
  if (name === 'gateway' && gateway) return literal(gateway.name);
  return undefined;
}

/** `resource.hasTag("stage")` and `resource.getTag("stage")`: the labels of the gateway. */
function tagLiteral(
  { operator, left, right }: Of<'entity'>,
  { gateway }: CountedCall,
): Expression | undefined {
  if (operator === 'in' || !gateway || !isVariable(left, 'resource')) return undefined;
  if (right.kind !== 'literal' || typeof right.value !== 'string') return undefined;
  const label = Object.hasOwn(gateway.labels, right.value)
    ? gateway.labels[right.value]
    : undefined;
  if (operator === 'hasTag') return literal(label !== undefined);
  return label === undefined ? undefined : literal(label);
}
