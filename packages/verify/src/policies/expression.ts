import type { BinaryOperator, UnaryOperator } from './operators.ts';
import type { Pattern } from './pattern.ts';
import type { Value } from './value.ts';

export type Variable = 'principal' | 'action' | 'resource' | 'context';

/** A condition of a policy, as `readExpression` reads it from Cedar's JSON form. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'variable'; readonly name: Variable }
  /** `&&` (until one is false) or `||` (until one is true) of any number of operands. */
  | { readonly kind: 'chain'; readonly until: boolean; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'unary'; readonly apply: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly apply: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `in`, `getTag` and `hasTag`, which ask what is known of an entity. */
  | {
      readonly kind: 'entity';
      readonly operator: 'in' | 'getTag' | 'hasTag';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  /** `principal has owner.name`: each name in what the one before it holds. */
  | { readonly kind: 'has'; readonly of: Expression; readonly path: readonly string[] }
  | {
      readonly kind: 'like';
      readonly operand: Expression;
      readonly pattern: Pattern;
      /** In lower case, where the operand is `context.path`. */
      readonly foldedPattern?: Pattern;
    }
  | { readonly kind: 'is'; readonly operand: Expression; readonly entityType: string }
  | { readonly kind: 'set'; readonly members: readonly Expression[] }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [string, Expression])[] };

/** Whether it is `context.path`. */
export function isPath(expression: Expression): boolean {
  if (expression.kind !== 'attribute' || expression.name !== 'path') return false;
  return expression.of.kind === 'variable' && expression.of.name === 'context';
}
