import {
  applyBinary,
  applyToAll,
  applyUnary,
  type Code,
  type Evaluate,
  evaluateOf,
  knownAs,
  type Lookup,
  lookUp,
  lookUpBoth,
} from './code.ts';
import { type Expression, isPath, type Variable } from './expression.ts';
import type { Pattern } from './pattern.ts';
import { attributeOf, getTag, hasPath, hasTag, isIn, isPathKnown, readPath } from './request.ts';
import { type Entity, foldedValue, recordOf, setOf, type Value } from './value.ts';

/** What is the same for all requests that the closures will be asked about. */
export interface Known {
  readonly principal?: Entity;
  readonly action?: Entity;
  /** Whether their paths are in lower case, whatever the client sent. */
  readonly isPathFolded?: boolean;
}

/**
 * Compiles an expression to closures. What depends on nothing but literals and the known entities is
 * evaluated here, once.
 */
export function compileExpression(expression: Expression, known: Known): Code {
  const compile = (inner: Expression) => compileExpression(inner, known);
  switch (expression.kind) {
    case 'literal':
      return knownAs(expression.value);
    case 'variable':
      return compileVariable(expression.name, known);
    case 'chain':
      return compileChain(expression.operands, expression.until, compile);
    case 'if':
      return compileIf(compile(expression.test), expression, compile);
    case 'unary':
      return applyUnary(expression.apply, compile(expression.operand));
    case 'binary':
      return applyBinary(
        expression.apply,
        compileOperand(expression.left, expression.right, known),
        compileOperand(expression.right, expression.left, known),
      );
    case 'entity': {
      const look = ENTITY_OPERATORS[expression.operator];
      return lookUpBoth(look, compile(expression.left), compile(expression.right));
    }
    case 'attribute': {
      const { name, of } = expression;
      if (isPath(expression)) return { known: false, evaluate: readPath };
      if (of.kind === 'variable' && of.name === 'context') {
        return { known: false, evaluate: (request) => request.context.fields.get(name) };
      }
      return lookUp((request, value) => attributeOf(request, value, name), compile(of));
    }
    case 'has': {
      const { path } = expression;
      const of = compile(expression.of);
      if (!of.known || of.value === undefined || isPathKnown(of.value, path)) {
        return lookUp((request, value) => hasPath(request, value, path), of);
      }
      const { value } = of;
      return { known: false, evaluate: (request) => hasPath(request, value, path) };
    }
    case 'like': {
      const { foldedPattern, pattern, operand } = expression;
      if (foldedPattern) return compilePathMatch(pattern, foldedPattern, known);
      const match = (text: Value) => (typeof text === 'string' ? pattern(text) : undefined);
      return applyUnary(match, compile(operand));
    }
    case 'is': {
      const { entityType } = expression;
      const is = (value: Value) => (isEntity(value) ? value.type === entityType : undefined);
      return applyUnary(is, compile(expression.operand));
    }
    case 'set':
      return applyToAll(setOf, expression.members.map(compile));
    case 'record': {
      const names = expression.fields.map(([name]) => name);
      const create = (values: readonly Value[]) =>
        recordOf(values.map((value, i) => [names[i] ?? '', value]));
      return applyToAll(
        create,
        expression.fields.map(([, value]) => compile(value)),
      );
    }
  }
}

/** `context.path like`, of the path that was sent or of the folded one, or of both at once. */
function compilePathMatch(
  pattern: Pattern,
  foldedPattern: Pattern,
  { isPathFolded = false }: Known,
): Code {
  const matching = isPathFolded ? foldedPattern : pattern;
  return {
    known: false,
    evaluate: ({ context, foldedPath }) => {
      const path = context.fields.get('path');
      if (typeof path !== 'string') return undefined;
      const isMatch = matching(path);
      if (foldedPath && foldedPattern(foldedPath.path) !== isMatch) foldedPath.mayDiffer = true;
      return isMatch;
    },
  };
}

/** In lower case where it is compared with a path that is so. */
function compileOperand(operand: Expression, other: Expression, known: Known): Code {
  const code = compileExpression(operand, known);
  return known.isPathFolded && isPath(other) ? applyUnary(foldedValue, code) : code;
}

function compileVariable(name: Variable, { principal, action }: Known): Code {
  if (name === 'principal' && principal) return knownAs(principal);
  if (name === 'action' && action) return knownAs(action);
  return VARIABLES[name];
}

const VARIABLES = {
  principal: { known: false, evaluate: (request) => request.principal },
  action: { known: false, evaluate: (request) => request.action },
  resource: { known: false, evaluate: (request) => request.resource },
  context: {
    known: false,
    evaluate: (request) => {
      // The path may be read from the record.
      readPath(request);
      return request.context;
    },
  },
} satisfies Readonly<Record<Variable, Code>>;

const ENTITY_OPERATORS: Readonly<Record<'in' | 'getTag' | 'hasTag', Lookup<[Value, Value]>>> = {
  in: isIn,
  getTag,
  hasTag,
};

function isEntity(value: Value): value is Entity {
  return typeof value === 'object' && value.kind === 'entity';
}

/**
 * `&&` until an operand is false, or `||` until one is true. Operands behind one that always ends
 * the chain are not even compiled: so policies for another principal cost next to nothing.
 */
function compileChain(
  operands: readonly Expression[],
  until: boolean,
  compile: (expression: Expression) => Code,
): Code {
  const steps: Evaluate[] = [];
  let otherwise: Value | undefined = !until;
  for (const operand of operands) {
    const code = compile(operand);
    if (!code.known) {
      steps.push(code.evaluate);
    } else if (code.value !== !until) {
      otherwise = code.value === until ? until : undefined;
      break;
    }
  }
  const [first, second] = steps;
  if (!first) return knownAs(otherwise);
  if (!second) return { known: false, evaluate: singleStep(first, until, otherwise) };
  return {
    known: false,
    evaluate: (request) => {
      for (const step of steps) {
        const value = step(request);
        if (value !== !until) return value === until ? until : undefined;
      }
      return otherwise;
    },
  };
}

function singleStep(step: Evaluate, until: boolean, otherwise: Value | undefined): Evaluate {
  return (request) => {
    const value = step(request);
    if (value !== !until) return value === until ? until : undefined;
    return otherwise;
  };
}

function compileIf(
  test: Code,
  { whenTrue, whenFalse }: { readonly whenTrue: Expression; readonly whenFalse: Expression },
  compile: (expression: Expression) => Code,
): Code {
  if (test.known) {
    if (typeof test.value !== 'boolean') return knownAs(undefined);
    return compile(test.value ? whenTrue : whenFalse);
  }
  const { evaluate } = test;
  const positive = evaluateOf(compile(whenTrue));
  const negative = evaluateOf(compile(whenFalse));
  return {
    known: false,
    evaluate: (request) => {
      const value = evaluate(request);
      if (value === true) return positive(request);
      return value === false ? negative(request) : undefined;
    },
  };
}
