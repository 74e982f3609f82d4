import type { Expr, PatternElem } from '@cedar-policy/cedar-wasm/nodejs';
import type { Random } from './random.ts';
import {
  ATTRIBUTES,
  constructorText,
  ENTITIES,
  ENTITY_TYPES,
  LONGS,
  STRINGS,
  TYPES,
  type Type,
} from './samples.ts';

/** How often an expression has another type than its place asks for. */
const ILL_TYPED = 0.015;

/** For tests: a random expression in Cedar's JSON form, mostly of the type. */
export function generateExpression(random: Random, asked: Type, depth: number): Expr {
  const type = random.chance(ILL_TYPED) ? random.pick(TYPES) : asked;
  if (depth <= 0 || random.chance(0.15)) return leaf(random, type);
  const of = (inner: Type) => generateExpression(random, inner, depth - 1);
  if (random.chance(0.05)) {
    // biome-ignore lint/suspicious/noThenProperty: Cedar's JSON form names it so.
    return { 'if-then-else': { if: of('bool'), then: of(type), else: of(type) } };
  }
  if (random.chance(0.05)) return { getTag: { left: of('entity'), right: of('string') } };
  if (random.chance(0.03)) {
    const name = random.pick(ATTRIBUTES[type]);
    return { '.': { left: { Record: Object.fromEntries([[name, of(type)]]) }, attr: name } };
  }
  return type === 'bool' ? test(random, of) : random.pick(BUILDERS[type])(random, of);
}

type Of = (type: Type) => Expr;
type Builder = (random: Random, of: Of) => Expr;

/** Names that are operators of Cedar's JSON form, beside how many operands of which types they take. */
const binary =
  (name: string, left: Type, right: Type = left): Builder =>
  (_, of) =>
    ({ [name]: { left: of(left), right: of(right) } }) as Expr;
const call =
  (name: string, ...types: readonly Type[]): Builder =>
  (_, of) => ({ [name]: types.map(of) });
const attribute =
  (type: Type): Builder =>
  (random, of) => ({ '.': { left: holder(random, of), attr: random.pick(ATTRIBUTES[type]) } });
const construct =
  (name: string, type: 'ip' | 'decimal' | 'datetime' | 'duration'): Builder =>
  (random, of) => ({
    [name]: [random.chance(0.1) ? of('string') : { Value: constructorText(random, type) }],
  });

const BUILDERS: Readonly<Record<Exclude<Type, 'bool'>, readonly Builder[]>> = {
  long: [
    attribute('long'),
    ...['+', '-', '*'].map((name) => binary(name, 'long')),
    (_, of) => ({ neg: { arg: of('long') } }),
    nearOverflow,
    ...['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'].map((name) =>
      call(name, 'duration'),
    ),
  ],
  string: [attribute('string'), (random) => leaf(random, 'string')],
  entity: [attribute('entity'), (random) => leaf(random, 'entity')],
  set: [attribute('set'), someSet],
  record: [attribute('record'), someRecord],
  ip: [attribute('ip'), construct('ip', 'ip')],
  decimal: [attribute('decimal'), construct('decimal', 'decimal')],
  datetime: [
    attribute('datetime'),
    construct('datetime', 'datetime'),
    call('offset', 'datetime', 'duration'),
    call('toDate', 'datetime'),
  ],
  duration: [
    attribute('duration'),
    construct('duration', 'duration'),
    call('durationSince', 'datetime', 'datetime'),
    call('toTime', 'datetime'),
  ],
};

const TESTS: readonly Builder[] = [
  attribute('bool'),
  ...['&&', '&&', '||', '||'].map((name) => binary(name, 'bool')),
  (_, of) => ({ '!': { arg: of('bool') } }),
  ...['==', '!=', '=='].map(
    (name): Builder =>
      (random, of) =>
        binary(name, random.pick(TYPES))(random, of),
  ),
  ...['<', '<=', '>', '>='].map(
    (name): Builder =>
      (random, of) =>
        binary(name, random.pick(['long', 'long', 'datetime', 'duration'] as const))(random, of),
  ),
  binary('in', 'entity'),
  binary('in', 'entity', 'set'),
  (random, of) => ({
    in: { left: of('entity'), right: { Set: random.list(3, () => of('entity')) } },
  }),
  (random, of) => ({ has: { left: holder(random, of), attr: anyName(random) } }),
  (random, of) => ({
    has: {
      left: holder(random, of),
      attr: [
        random.pick(['owner', 'inner', anyIdentifier(random)]),
        ...random.list(2, () => anyIdentifier(random)),
      ],
    },
  }),
  (random, of) => ({ is: { left: of('entity'), entity_type: random.pick(ENTITY_TYPES) } }),
  (random, of) => ({
    is: { left: of('entity'), entity_type: random.pick(ENTITY_TYPES), in: of('entity') },
  }),
  (random, of) => ({
    like: { left: of('string'), pattern: random.list(5, () => element(random)) },
  }),
  (random, of) => ({ contains: { left: of('set'), right: of(random.pick(TYPES)) } }),
  nestedSets,
  binary('containsAll', 'set'),
  binary('containsAny', 'set'),
  (_, of) => ({ isEmpty: { arg: of('set') } }),
  binary('hasTag', 'entity', 'string'),
  ...['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'].map((name) => call(name, 'ip')),
  call('isInRange', 'ip', 'ip'),
  ...['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'].map((name) =>
    call(name, 'decimal', 'decimal'),
  ),
];

function test(random: Random, of: Of): Expr {
  return random.pick(TESTS)(random, of);
}

function leaf(random: Random, type: Type): Expr {
  switch (type) {
    case 'bool':
      return { Value: random.chance(0.5) };
    case 'long':
      return { Value: random.pick(LONGS) };
    case 'string':
      return { Value: random.pick(STRINGS) };
    case 'entity':
      return random.chance(0.6)
        ? entityVariable(random)
        : { Value: { __entity: random.pick(ENTITIES) } };
    case 'set':
      return { Set: random.list(2, () => ({ Value: random.pick(STRINGS) })) };
    case 'record':
      return random.chance(0.7) ? { Var: 'context' } : { Record: {} };
    default:
      return { [type]: [{ Value: constructorText(random, type) }] };
  }
}

function entityVariable(random: Random): Expr {
  return { Var: random.pick(['principal', 'principal', 'action', 'resource'] as const) };
}

/** What has attributes: mostly the context or the principal. */
function holder(random: Random, of: Of): Expr {
  if (random.chance(0.5)) return { Var: 'context' };
  return random.chance(0.5)
    ? entityVariable(random)
    : of(random.pick(['entity', 'record'] as const));
}

function anyName(random: Random): string {
  return random.pick(ATTRIBUTES[random.pick(TYPES)]);
}

/** Paths are written without quotes. */
function anyIdentifier(random: Random): string {
  return random.pick(ATTRIBUTES[random.pick(TYPES)].filter((name) => !name.includes(' ')));
}

function someSet(random: Random, of: Of): Expr {
  const type = random.pick(TYPES);
  return { Set: random.list(3, () => of(random.chance(0.9) ? type : random.pick(TYPES))) };
}

function someRecord(random: Random, of: Of): Expr {
  const fields = random.list(3, () => {
    const type = random.pick(TYPES);
    return [random.pick(ATTRIBUTES[type]), of(type)] as const;
  });
  return { Record: Object.fromEntries(fields) };
}

function element(random: Random): PatternElem {
  return random.chance(0.4)
    ? 'Wildcard'
    : { Literal: random.pick(['a', 'b', 'ab', '*', '😀', '']) };
}

/** Members in another order, and members of another type that look alike. */
function nestedSets(random: Random): Expr {
  const members = random.list(3, () => ({ Value: random.pick([1, '1', true, 'true', 'a']) }));
  const alike = members.map((each) => (random.chance(0.1) ? { Value: String(each.Value) } : each));
  const wrap = (list: Expr[]): Expr => ({ Record: { a: { Set: list }, b: { Value: 1 } } });
  return random.chance(0.5)
    ? { contains: { left: { Set: [{ Set: members }] }, right: { Set: alike.toReversed() } } }
    : { contains: { left: { Set: [wrap(members)] }, right: wrap(alike.toReversed()) } };
}

/** A number next to the largest or the smallest of 64 bits, from either side. */
function nearOverflow(random: Random): Expr {
  const sign = random.chance(0.5) ? 1 : -1;
  const product = {
    '*': { left: { Value: sign * Number.MAX_SAFE_INTEGER }, right: { Value: 1024 } },
  };
  const rest = { Value: random.pick([1022, 1023, 1024, 1025]) };
  return sign > 0
    ? { '+': { left: product, right: rest } }
    : { '-': { left: product, right: rest } };
}
