import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPTH_MAX } from './json-cursor.ts';
import { type Members, type ReadFault, readMembers, type Wanted } from './read-members.ts';

const LEAF: Wanted = new Map();
const WANTED: Wanted = new Map([
  ['id', LEAF],
  ['model', LEAF],
  ['params', new Map([['name', LEAF]])],
]);
const NAMES = [...WANTED.keys(), 'name'];
const read = (text: string | Buffer) => plain(readMembers(Buffer.from(text), WANTED));

/** Numbers by their value, as JSON.parse has them. */
function plain(found: Members | ReadFault): unknown {
  if ('kind' in found) return found;
  return Object.fromEntries(
    [...found].map(([name, each]) => {
      if (each.type === 'object') return [name, plain(each.members)];
      if (each.type === 'string') return [name, each.text];
      return [name, each.type === 'number' ? Number(each.text) : each.type];
    }),
  );
}

/** What JSON.parse has of what is wanted, in the same form. */
function expected(value: unknown, wanted: Wanted): unknown {
  if (Array.isArray(value)) return 'array';
  if (!isObject(value)) return value === null || typeof value === 'boolean' ? `${value}` : value;
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const inner = wanted.get(name);
    return inner ? [[name, expected(each, inner)] as const] : [];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isLookalike = (name: string) =>
  !NAMES.includes(name) && NAMES.includes(name.normalize('NFKC').toLowerCase());
const name = fc
  .oneof(
    fc.constantFrom(...NAMES, 'params.name', '__proto__', 'a', ''),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  .filter((each) => !isLookalike(each));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.boolean(), fc.constant(null)),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const body = fc
  .tuple(
    fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.nat(15), { minLength: 1, maxLength: 50 }),
  )
  .map(([object, dice]) => write(object, dice));

/** JSON with the spaces and escapes that others may write, as the dice fall. */
function write(given: unknown, dice: readonly number[]): string {
  let rolls = 0;
  const roll = () => dice[rolls++ % dice.length] ?? 0;
  const space = () => [' ', '\n', '\t', '\r'][roll()] ?? '';
  const unit = (each: string) => {
    const code = each.charCodeAt(0);
    const isPlain = roll() > 1 && (code < 0xd800 || code > 0xdfff);
    return isPlain ? JSON.stringify(each).slice(1, -1) : `\\u${hex(code)}`;
  };
  const hex = (code: number) => {
    const digits = code.toString(16).padStart(4, '0');
    return roll() > 7 ? digits : digits.toUpperCase();
  };
  const text = (each: string) => `"${each.split('').map(unit).join('')}"`;
  const spaced = (each: string) => `${space()}${each}${space()}`;
  const any = (each: unknown): string => {
    if (typeof each === 'string') return text(each);
    if (Array.isArray(each)) return `[${spaced(each.map((one) => spaced(any(one))).join(','))}]`;
    if (!isObject(each)) return JSON.stringify(each);
    const members = Object.entries(each).map(
      ([key, one]) => `${spaced(text(key))}:${spaced(any(one))}`,
    );
    return `{${spaced(members.join(','))}}`;
  };
  return spaced(any(given));
}

it('reads what JSON.parse reads, of any JSON without doubled names', () => {
  fc.assert(
    fc.property(body, (text) => {
      expect(read(text)).toEqual(expected(JSON.parse(text), WANTED));
    }),
  );
});

it('refuses what JSON.parse refuses, and nothing else', () => {
  const edit = fc.record({
    at: fc.nat(),
    removed: fc.nat(2),
    added: fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0e+-.1 tn\u0001é'), maxLength: 2 }),
  });
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(body, edit, (text, { at, removed, added }) => {
      const start = at % text.length;
      const edited = text.slice(0, start) + added + text.slice(start + removed);
      const found = readMembers(Buffer.from(edited), WANTED);
      const kind = 'kind' in found ? found.kind : undefined;
      // Reading stops at a doubled name, before what may be wrong after it.
      if (kind !== 'ambiguous') expect(kind !== 'malformed').toBe(isJson(edited));
    }),
  );
});

describe('a name that stands twice', () => {
  it.each([
    ['as it is', '{"model":"a","model":"b"}', 'model'],
    ['with an escape', '{"model":"a","mod\\u0065l":"b"}', 'model'],
    ['although nobody asks for it', '{"a":1,"model":"b","a":2}', 'a'],
    ['in an object that is read', '{"params":{"name":"a","name":"b"}}', 'name'],
    ['in another case', '{"model":"a","Model":"b"}', 'Model'],
    ['in another case alone', '{"MODEL":"b"}', 'MODEL'],
    ['by letters that fold', '{"param\u017f":{}}', 'param\u017f'],
    ['for readers that stop at a zero', '{"model\\u0000x":"b"}', 'model\0x'],
  ])('is a fault %s', (_, text, name) => {
    expect(read(text)).toEqual({ kind: 'ambiguous', name });
  });

  it('is none where nothing is read', () => {
    expect(read('{"model":"a","b":{"c":1,"c":2}}')).toEqual({ model: 'a' });
  });
});

it('keeps apart a name with a dot and a name inside', () => {
  expect(read('{"params.name":"a","params":{"name":"b"}}')).toEqual({ params: { name: 'b' } });
});

it.each([
  ['an array', '[{"model":"a"}]', { kind: 'array' }],
  ['a text', '"model"', { kind: 'not_an_object' }],
  ['nothing', '', { kind: 'malformed' }],
  ['two values', '{}{}', { kind: 'malformed' }],
  ['a byte order mark', '\ufeff{}', { kind: 'malformed' }],
  ['bytes that are no UTF-8', Buffer.from('{"model":"\xe9"}', 'latin1'), { kind: 'malformed' }],
  ['UTF-16', Buffer.from('{"model":"a"}', 'utf16le'), { kind: 'malformed' }],
  ['the deepest value', nested(DEPTH_MAX), {}],
  ['a deeper one', nested(DEPTH_MAX + 1), { kind: 'too_deep' }],
  ['one that would exhaust a stack', nested(500_000), { kind: 'too_deep' }],
])('answers for %s', (_, text, answer) => {
  expect(read(text)).toEqual(answer);
});

function nested(levels: number): string {
  return `{"a":${'['.repeat(levels)}1${']'.repeat(levels)}}`;
}
