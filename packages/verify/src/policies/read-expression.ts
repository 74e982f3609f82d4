import { noteAttribute, noteScopes } from './asked-scopes.ts';
import { type Expression, isPath, type Variable } from './expression.ts';
import {
  BINARY_FUNCTIONS,
  BINARY_OPERATORS,
  UNARY_FUNCTIONS,
  UNARY_OPERATORS,
} from './operators.ts';
import { compilePattern } from './pattern.ts';
import {
  countNode,
  isObject,
  type Reading,
  readArray,
  readFields,
  readObject,
  readString,
  refuse,
} from './read-json.ts';
import { type Entity, entityOf, foldCase, type Value } from './value.ts';

/**
 * Reads an expression in Cedar's JSON form.
 * @throws UnsupportedPolicyError
 */
export function readExpression(reading: Reading, json: unknown, depth = 1): Expression {
  countNode(reading, depth);
  const [name, ...others] = Object.keys(readObject(reading, json, 'an expression'));
  if (name === undefined || others.length > 0)
    refuse(reading, 'an expression has not one operator');
  const body = readObject(reading, json, 'an expression')[name];
  const unary = UNARY_OPERATORS.get(name);
  if (unary) {
    const { arg } = readFields(reading, body, `"${name}"`, ['arg']);
    return { kind: 'unary', apply: unary, operand: readExpression(reading, arg, depth + 1) };
  }
  const binary = BINARY_OPERATORS.get(name);
  if (binary) {
    const operands = noteScopes(reading, name, readOperands(reading, name, body, depth));
    if (PATH_COMPARISONS.has(name)) notePath(reading, operands);
    return { kind: 'binary', apply: binary, ...operands };
  }
  switch (name) {
    case 'Value':
      return { kind: 'literal', value: readLiteral(reading, body) };
    case 'Var':
      return { kind: 'variable', name: readVariable(reading, body) };
    case '&&':
    case '||':
      return readChain(reading, name, json, depth);
    case 'in':
    case 'getTag':
    case 'hasTag':
      return { kind: 'entity', operator: name, ...readOperands(reading, name, body, depth) };
    case 'if-then-else':
      return readIf(reading, body, depth);
    case '.': {
      const { left, attr } = readFields(reading, body, '"."', ['left', 'attr']);
      const of = readExpression(reading, left, depth + 1);
      const attribute = readString(reading, attr, 'the name of an attribute');
      noteHeader(reading, of, [attribute]);
      return noteAttribute(reading, { kind: 'attribute', of, name: attribute });
    }
    case 'has':
      return readHas(reading, body, depth);
    case 'like':
      return readLike(reading, body, depth);
    case 'is':
      return readIs(reading, body, depth);
    case 'Set': {
      const members = readArray(reading, body, 'a set');
      return { kind: 'set', members: members.map((m) => readExpression(reading, m, depth + 1)) };
    }
    case 'Record': {
      const fields = Object.entries(readObject(reading, body, 'a record'));
      const read = fields.map(([k, v]) => [k, readExpression(reading, v, depth + 1)] as const);
      return { kind: 'record', fields: read };
    }
    default:
      return readCall(reading, name, body, depth);
  }
}

/** Those that are compared in lower case where the path is so. */
const PATH_COMPARISONS = new Set(['==', '!=', 'contains']);

function notePath(
  reading: Reading,
  { left, right }: { readonly left: Expression; readonly right: Expression },
): void {
  const other = isPath(left) ? right : isPath(right) ? left : undefined;
  if (!other) return;
  if (!isFolded(other)) reading.foldsPath = true;
}

/** Whether it is known to have no upper-case letters. */
function isFolded(expression: Expression): boolean {
  if (expression.kind === 'set') return expression.members.every(isFolded);
  if (expression.kind !== 'literal') return false;
  return typeof expression.value !== 'string' || expression.value === foldCase(expression.value);
}

function readOperands(reading: Reading, name: string, body: unknown, depth: number) {
  const { left, right } = readFields(reading, body, `"${name}"`, ['left', 'right']);
  return {
    left: readExpression(reading, left, depth + 1),
    right: readExpression(reading, right, depth + 1),
  };
}

/**
 * The operands of nested `&&` or `||` from left to right: how they are nested changes nothing, and
 * a list of a thousand alternatives must not count as a thousand levels.
 */
function readChain(reading: Reading, name: string, json: unknown, depth: number): Expression {
  const operands: Expression[] = [];
  const pending = [json];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isObject(next) && Object.hasOwn(next, name)) {
      countNode(reading, depth);
      const { [name]: body } = readFields(reading, next, 'an expression', [name]);
      const { left, right } = readFields(reading, body, `"${name}"`, ['left', 'right']);
      pending.push(right, left);
    } else {
      operands.push(readExpression(reading, next, depth + 1));
    }
  }
  return { kind: 'chain', until: name === '||', operands };
}

function readIf(reading: Reading, body: unknown, depth: number): Expression {
  const names = ['if', 'then', 'else'];
  const parts = readFields(reading, body, '"if-then-else"', names);
  return {
    kind: 'if',
    test: readExpression(reading, parts.if, depth + 1),
    whenTrue: readExpression(reading, parts.then, depth + 1),
    whenFalse: readExpression(reading, parts.else, depth + 1),
  };
}

function readHas(reading: Reading, body: unknown, depth: number): Expression {
  const { left, attr } = readFields(reading, body, '"has"', ['left', 'attr']);
  const names = Array.isArray(attr) ? attr : [attr];
  if (names.length === 0) refuse(reading, '"has" names no attribute');
  const path = names.map((name) => {
    countNode(reading, depth);
    return readString(reading, name, 'the name of an attribute');
  });
  const of = readExpression(reading, left, depth + 1);
  noteHeader(reading, of, path);
  return { kind: 'has', of, path };
}

/** Notes `x` of `context.headers.x`, in any of the ways to write it. */
function noteHeader(reading: Reading, of: Expression, path: readonly string[]): void {
  const [first, second] = of.kind === 'attribute' ? [of.name, ...path] : path;
  const holder = of.kind === 'attribute' ? of.of : of;
  const isContext = holder.kind === 'variable' && holder.name === 'context';
  if (isContext && first === 'headers' && second !== undefined) reading.headers.add(second);
}

function readLike(reading: Reading, body: unknown, depth: number): Expression {
  const { left, pattern } = readFields(reading, body, '"like"', ['left', 'pattern']);
  const parts = [''];
  for (const element of readArray(reading, pattern, 'a pattern')) {
    countNode(reading, depth);
    if (element === 'Wildcard') {
      parts.push('');
      continue;
    }
    const { Literal } = readFields(reading, element, 'a pattern', ['Literal']);
    parts.push((parts.pop() ?? '') + readString(reading, Literal, 'a pattern'));
  }
  const operand = readExpression(reading, left, depth + 1);
  const folded = parts.map(foldCase);
  if (!isPath(operand)) return { kind: 'like', operand, pattern: compilePattern(parts) };
  if (folded.join() !== parts.join()) reading.foldsPath = true;
  const foldedPattern = compilePattern(folded);
  return { kind: 'like', operand, pattern: compilePattern(parts), foldedPattern };
}

/** `x is T in y` is `x is T && x in y`. */
function readIs(reading: Reading, body: unknown, depth: number): Expression {
  const {
    left,
    entity_type,
    in: group,
  } = readFields(reading, body, '"is"', ['left', 'entity_type'], ['in']);
  const operand = readExpression(reading, left, depth + 1);
  const entityType = readString(reading, entity_type, 'an entity type');
  const is: Expression = { kind: 'is', operand, entityType };
  if (group === undefined) return is;
  const right = readExpression(reading, group, depth + 1);
  const isIn: Expression = { kind: 'entity', operator: 'in', left: operand, right };
  return { kind: 'chain', until: false, operands: [is, isIn] };
}

function readCall(reading: Reading, name: string, body: unknown, depth: number): Expression {
  const unary = UNARY_FUNCTIONS.get(name);
  const binary = BINARY_FUNCTIONS.get(name);
  if (!unary && !binary) refuse(reading, `"${name}" is not supported`);
  const operands = readArray(reading, body, `the operands of "${name}"`).map((operand) =>
    readExpression(reading, operand, depth + 1),
  );
  const [left, right] = operands;
  if (unary && left && operands.length === 1) return { kind: 'unary', apply: unary, operand: left };
  if (binary && left && right && operands.length === 2) {
    return { kind: 'binary', apply: binary, left, right };
  }
  return refuse(reading, `"${name}" does not take ${operands.length} operands`);
}

function readVariable(reading: Reading, json: unknown): Variable {
  switch (json) {
    case 'principal':
      reading.usesPrincipal = true;
      return json;
    case 'action':
      reading.usesAction = true;
      return json;
    case 'resource':
    case 'context':
      return json;
    default:
      return refuse(reading, `the variable ${JSON.stringify(json)} is not supported`);
  }
}

function readLiteral(reading: Reading, json: unknown): Value {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number') {
    if (Number.isSafeInteger(json)) return json;
    // JSON does not carry it exactly, so that the policy would mean another number.
    return refuse(reading, `the number ${json} is beyond ±${Number.MAX_SAFE_INTEGER}`);
  }
  if (isObject(json) && Object.hasOwn(json, '__entity')) {
    return readEntity(reading, readFields(reading, json, 'a value', ['__entity']).__entity);
  }
  return refuse(reading, 'a literal of this kind is not supported');
}

export function readEntity(reading: Reading, json: unknown): Entity {
  const { type, id } = readFields(reading, json, 'an entity', ['type', 'id']);
  return entityOf(
    readString(reading, type, 'the type of an entity'),
    readString(reading, id, 'the id of an entity'),
  );
}
