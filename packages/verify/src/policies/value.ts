import type { Long } from './long.ts';

/** What an expression of a policy evaluates to. Cedar's `Long` is a `Long`, its `Bool` a boolean. */
export type Value =
  | boolean
  | string
  | Long
  | Entity
  | SetValue
  | RecordValue
  | IpValue
  | Amount<'decimal'>
  | Amount<'datetime'>
  | Amount<'duration'>;

/** An entity, or a reference to one: what is known of it can be in `data`, or with the request. */
export interface Entity {
  readonly kind: 'entity';
  readonly type: string;
  readonly id: string;
  /** Type and id as policies write them, `Role::"admin"`: unique, so that equal keys mean equal entities. */
  readonly key: string;
  readonly data: EntityData | undefined;
}

export interface EntityData {
  readonly attributes: ReadonlyMap<string, Value>;
  /** Keys of all entities that it is in, the parents of its parents included. */
  readonly ancestors: ReadonlySet<string>;
  readonly tags: ReadonlyMap<string, Value>;
}

export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
}

/** Strings are kept apart from the rest, so that looking one up needs no key to be made. */
export interface SetValue {
  readonly kind: 'set';
  readonly strings: ReadonlySet<string>;
  /** Every other member by its `memberKey`. */
  readonly others: ReadonlyMap<MemberKey, Value>;
}

/** An address with its prefix length, as written: `10.1.2.3/8` is not equal to `10.0.0.0/8`. */
export interface IpValue {
  readonly kind: 'ip';
  readonly family: 4 | 6;
  /** In 32-bit words, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  readonly bits: number;
}

/** A decimal in units of 0.0001, or a time in milliseconds. */
export interface Amount<Kind extends 'decimal' | 'datetime' | 'duration'> {
  readonly kind: Kind;
  readonly amount: Long;
}

export function entityOf(type: string, id: string, data?: EntityData): Entity {
  return { kind: 'entity', type, id, key: `${type}::${JSON.stringify(id)}`, data };
}

export function recordOf(fields: Iterable<readonly [string, Value]>): RecordValue {
  return { kind: 'record', fields: new Map(fields) };
}

export function setOf(members: Iterable<Value>): SetValue {
  const strings = new Set<string>();
  const others = new Map<MemberKey, Value>();
  for (const member of members) {
    if (typeof member === 'string') strings.add(member);
    else others.set(memberKey(member), member);
  }
  return { kind: 'set', strings, others };
}

/**
 * In lower case, and so that a letter is the one that any reader makes of it by case: `ſ`, of which `S` is
 * the upper case, is an `s`, and `İ` an `i`, as Go and Java have it.
 */
export function foldCase(text: string): string {
  return text.replaceAll('İ', 'i').toUpperCase().toLowerCase();
}

/** A text, or the texts of a set, in lower case; anything else as it is. */
export function foldedValue(value: Value): Value {
  if (typeof value === 'string') return foldCase(value);
  if (typeof value !== 'object' || value.kind !== 'set') return value;
  return { ...value, strings: new Set(Array.from(value.strings, foldCase)) };
}

export function hasMember(set: SetValue, value: Value): boolean {
  return typeof value === 'string' ? set.strings.has(value) : set.others.has(memberKey(value));
}

export function areEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  switch (left.kind) {
    case 'entity':
      return right.kind === 'entity' && left.key === right.key;
    case 'set':
      return right.kind === 'set' && haveSameMembers(left, right);
    case 'record':
      return right.kind === 'record' && haveSameFields(left, right);
    case 'ip':
      return right.kind === 'ip' && canonicalText(left) === canonicalText(right);
    case 'decimal':
    case 'datetime':
    case 'duration':
      return right.kind === left.kind && left.amount === right.amount;
  }
}

/** Whether every member of the inner set is in the outer one. */
export function isSubset(inner: SetValue, outer: SetValue): boolean {
  return inner.strings.isSubsetOf(outer.strings) && everyKey(inner, (key) => outer.others.has(key));
}

export function isDisjoint(left: SetValue, right: SetValue): boolean {
  return (
    left.strings.isDisjointFrom(right.strings) && everyKey(left, (key) => !right.others.has(key))
  );
}

function everyKey({ others }: SetValue, test: (key: MemberKey) => boolean): boolean {
  for (const key of others.keys()) if (!test(key)) return false;
  return true;
}

function haveSameMembers(left: SetValue, right: SetValue): boolean {
  return (
    left.strings.size === right.strings.size &&
    left.others.size === right.others.size &&
    isSubset(left, right)
  );
}

function haveSameFields(left: RecordValue, right: RecordValue): boolean {
  if (left.fields.size !== right.fields.size) return false;
  for (const [name, value] of left.fields) {
    const other = right.fields.get(name);
    if (other === undefined || !areEqual(value, other)) return false;
  }
  return true;
}

/** Booleans and numbers as they are, all else as its canonical text. */
type MemberKey = string | Long | boolean;

function memberKey(value: Exclude<Value, string>): MemberKey {
  return typeof value === 'object' ? canonicalText(value) : value;
}

/** The same text for equal values, and different texts for different ones. */
function canonicalText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'entity':
      return value.key;
    case 'set':
      return `[${[...value.strings, ...value.others.values()].map(canonicalText).sort()}]`;
    case 'record':
      return `{${[...value.fields].map(fieldText).sort()}}`;
    case 'ip':
      return `ip(${value.words.join('.')}/${value.bits})`;
    case 'decimal':
    case 'datetime':
    case 'duration':
      return `${value.kind}(${value.amount})`;
  }
}

function fieldText([name, value]: readonly [string, Value]): string {
  return `${JSON.stringify(name)}:${canonicalText(value)}`;
}
