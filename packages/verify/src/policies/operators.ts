import {
  dateOf,
  durationSince,
  offsetDatetime,
  parseDatetime,
  parseDuration,
  timeOfDay,
} from './datetime.ts';
import { parseDecimal } from './decimal.ts';
import { isInRange, isLoopback, isMulticast, parseIpValue } from './ipaddr.ts';
import { addLongs, divideLong, type Long, multiplyLongs, subtractLongs } from './long.ts';
import {
  areEqual,
  hasMember,
  type IpValue,
  isDisjoint,
  isSubset,
  type SetValue,
  type Value,
} from './value.ts';

/** Undefined where Cedar reports an error, for instance about an operand of another type. */
export type UnaryOperator = (operand: Value) => Value | undefined;
export type BinaryOperator = (left: Value, right: Value) => Value | undefined;

/** By their names in Cedar's JSON form. Each depends on its operands alone. */
export const UNARY_OPERATORS: ReadonlyMap<string, UnaryOperator> = new Map<string, UnaryOperator>([
  ['!', not],
  ['neg', ofLong((operand) => subtractLongs(0, operand))],
  ['isEmpty', ofSet(({ strings, others }) => strings.size + others.size === 0)],
]);

export const BINARY_OPERATORS: ReadonlyMap<string, BinaryOperator> = new Map<
  string,
  BinaryOperator
>([
  ['==', areEqual],
  ['!=', (left, right) => !areEqual(left, right)],
  ['<', compared((left, right) => left < right)],
  ['<=', compared((left, right) => left <= right)],
  ['>', compared((left, right) => left > right)],
  ['>=', compared((left, right) => left >= right)],
  ['+', ofLongs(addLongs)],
  ['-', ofLongs(subtractLongs)],
  ['*', ofLongs(multiplyLongs)],
  ['contains', (set, value) => (isSet(set) ? hasMember(set, value) : undefined)],
  ['containsAll', ofSets((left, right) => isSubset(right, left))],
  ['containsAny', ofSets((left, right) => !isDisjoint(left, right))],
]);

/** Functions and methods of the types that Cedar calls extensions. */
export const UNARY_FUNCTIONS: ReadonlyMap<string, UnaryOperator> = new Map<string, UnaryOperator>([
  ['ip', ofText(parseIpValue)],
  ['isIpv4', ofIp(({ family }) => family === 4)],
  ['isIpv6', ofIp(({ family }) => family === 6)],
  ['isLoopback', ofIp(isLoopback)],
  ['isMulticast', ofIp(isMulticast)],
  ['decimal', ofText(parseDecimal)],
  ['datetime', ofText(parseDatetime)],
  ['duration', ofText(parseDuration)],
  ['toDate', (value) => (isKind(value, 'datetime') ? dateOf(value) : undefined)],
  ['toTime', (value) => (isKind(value, 'datetime') ? timeOfDay(value) : undefined)],
  ['toMilliseconds', inUnits(1)],
  ['toSeconds', inUnits(1000)],
  ['toMinutes', inUnits(60_000)],
  ['toHours', inUnits(3_600_000)],
  ['toDays', inUnits(86_400_000)],
]);

export const BINARY_FUNCTIONS: ReadonlyMap<string, BinaryOperator> = new Map<
  string,
  BinaryOperator
>([
  ['isInRange', (ip, range) => (isIp(ip) && isIp(range) ? isInRange(ip, range) : undefined)],
  ['lessThan', ofDecimals((left, right) => left < right)],
  ['lessThanOrEqual', ofDecimals((left, right) => left <= right)],
  ['greaterThan', ofDecimals((left, right) => left > right)],
  ['greaterThanOrEqual', ofDecimals((left, right) => left >= right)],
  ['offset', offset],
  ['durationSince', since],
]);

/** Logical negation of what has to be a boolean. */
export function not(operand: Value): boolean | undefined {
  return typeof operand === 'boolean' ? !operand : undefined;
}

function offset(start: Value, by: Value): Value | undefined {
  if (!isKind(start, 'datetime') || !isKind(by, 'duration')) return undefined;
  return offsetDatetime(start, by);
}

function since(end: Value, start: Value): Value | undefined {
  if (!isKind(end, 'datetime') || !isKind(start, 'datetime')) return undefined;
  return durationSince(end, start);
}

/** Two numbers, two datetimes or two durations. */
function compared(compare: (left: Long, right: Long) => boolean): BinaryOperator {
  return (left, right) => {
    if (isLong(left)) return isLong(right) ? compare(left, right) : undefined;
    if (isKind(left, 'datetime') && isKind(right, 'datetime')) {
      return compare(left.amount, right.amount);
    }
    if (isKind(left, 'duration') && isKind(right, 'duration')) {
      return compare(left.amount, right.amount);
    }
    return undefined;
  };
}

function ofDecimals(compare: (left: Long, right: Long) => boolean): BinaryOperator {
  return (left, right) => {
    if (!isKind(left, 'decimal') || !isKind(right, 'decimal')) return undefined;
    return compare(left.amount, right.amount);
  };
}

function ofLong(apply: (operand: Long) => Value | undefined): UnaryOperator {
  return (operand) => (isLong(operand) ? apply(operand) : undefined);
}

function ofLongs(apply: (left: Long, right: Long) => Value | undefined): BinaryOperator {
  return (left, right) => (isLong(left) && isLong(right) ? apply(left, right) : undefined);
}

function ofSet(apply: (operand: SetValue) => Value): UnaryOperator {
  return (operand) => (isSet(operand) ? apply(operand) : undefined);
}

function ofSets(apply: (left: SetValue, right: SetValue) => Value): BinaryOperator {
  return (left, right) => (isSet(left) && isSet(right) ? apply(left, right) : undefined);
}

function ofText(parse: (text: string) => Value | undefined): UnaryOperator {
  return (operand) => (typeof operand === 'string' ? parse(operand) : undefined);
}

function ofIp(apply: (operand: IpValue) => Value): UnaryOperator {
  return (operand) => (isIp(operand) ? apply(operand) : undefined);
}

function inUnits(unitMs: number): UnaryOperator {
  return (value) => (isKind(value, 'duration') ? divideLong(value.amount, unitMs) : undefined);
}

function isLong(value: Value): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isSet(value: Value): value is SetValue {
  return typeof value === 'object' && value.kind === 'set';
}

function isIp(value: Value): value is IpValue {
  return typeof value === 'object' && value.kind === 'ip';
}

function isKind<Kind extends 'decimal' | 'datetime' | 'duration'>(
  value: Value,
  kind: Kind,
): value is Extract<Value, { readonly kind: Kind }> {
  return typeof value === 'object' && value.kind === kind;
}
