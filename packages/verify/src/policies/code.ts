import type { BinaryOperator, UnaryOperator } from './operators.ts';
import type { PolicyRequest } from './request.ts';
import type { Value } from './value.ts';

/** Undefined where Cedar reports an error. */
export type Evaluate = (request: PolicyRequest) => Value | undefined;

/** What an expression is compiled to: its value, where no request can change it, or a closure. */
export type Code =
  | { readonly known: true; readonly value: Value | undefined }
  | { readonly known: false; readonly evaluate: Evaluate };

/** What may need the request to look an entity up. Without one, only the entity's own data is known. */
export type Lookup<Operands extends readonly Value[]> = (
  request: PolicyRequest | undefined,
  ...operands: Operands
) => Value | undefined;

const ERROR: Code = { known: true, value: undefined };

export function knownAs(value: Value | undefined): Code {
  return value === undefined ? ERROR : { known: true, value };
}

export function evaluateOf(code: Code): Evaluate {
  return code.known ? () => code.value : code.evaluate;
}

export function applyUnary(apply: UnaryOperator, operand: Code): Code {
  if (operand.known) {
    return operand.value === undefined ? ERROR : knownAs(apply(operand.value));
  }
  const { evaluate } = operand;
  return {
    known: false,
    evaluate: (request) => {
      const value = evaluate(request);
      return value === undefined ? undefined : apply(value);
    },
  };
}

/** An operand that always errs makes the whole err, whatever the other one is. */
export function applyBinary(apply: BinaryOperator, left: Code, right: Code): Code {
  if (left.known) {
    const { value } = left;
    return value === undefined ? ERROR : applyUnary((other) => apply(value, other), right);
  }
  if (right.known) {
    const { value } = right;
    return value === undefined ? ERROR : applyUnary((other) => apply(other, value), left);
  }
  const [evaluateLeft, evaluateRight] = [left.evaluate, right.evaluate];
  return {
    known: false,
    evaluate: (request) => {
      const leftValue = evaluateLeft(request);
      if (leftValue === undefined) return undefined;
      const rightValue = evaluateRight(request);
      return rightValue === undefined ? undefined : apply(leftValue, rightValue);
    },
  };
}

export function lookUp(look: Lookup<[Value]>, operand: Code): Code {
  if (isComplete(operand)) return applyUnary((value) => look(undefined, value), operand);
  const evaluate = evaluateOf(operand);
  return {
    known: false,
    evaluate: (request) => {
      const value = evaluate(request);
      return value === undefined ? undefined : look(request, value);
    },
  };
}

export function lookUpBoth(look: Lookup<[Value, Value]>, left: Code, right: Code): Code {
  if (isComplete(left)) return applyBinary((a, b) => look(undefined, a, b), left, right);
  if (right.known) {
    const { value } = right;
    if (value === undefined) return ERROR;
    return lookUp((request, other) => look(request, other, value), left);
  }
  const [evaluateLeft, evaluateRight] = [evaluateOf(left), right.evaluate];
  return {
    known: false,
    evaluate: (request) => {
      const leftValue = evaluateLeft(request);
      if (leftValue === undefined) return undefined;
      const rightValue = evaluateRight(request);
      return rightValue === undefined ? undefined : look(request, leftValue, rightValue);
    },
  };
}

/** Whether a request adds nothing: an entity that is known by reference alone has to be looked up. */
function isComplete(code: Code): boolean {
  if (!code.known) return false;
  const { value } = code;
  return typeof value !== 'object' || value.kind !== 'entity' || value.data !== undefined;
}

/** Of the members of a set or a record: one that errs makes the whole err. */
export function applyToAll(
  create: (values: readonly Value[]) => Value,
  operands: readonly Code[],
): Code {
  const known: Value[] = [];
  for (const operand of operands) {
    if (!operand.known) continue;
    if (operand.value === undefined) return ERROR;
    known.push(operand.value);
  }
  if (known.length === operands.length) return knownAs(create(known));
  const evaluates = operands.map(evaluateOf);
  return {
    known: false,
    evaluate: (request) => {
      const values: Value[] = [];
      for (const evaluate of evaluates) {
        const value = evaluate(request);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return create(values);
    },
  };
}
