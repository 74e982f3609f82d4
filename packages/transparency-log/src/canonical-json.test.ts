import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

/** From RFC 8785, appendix B: the bits of a number, and its text. */
const NUMBERS = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
] as const;

describe('the vectors of RFC 8785', () => {
  it('writes each number as appendix B does, and refuses what is none', () => {
    const written = NUMBERS.map(([bits]) => canonicalJson(numberOf(bits)));
    expect(written).toEqual(NUMBERS.map(([, text]) => text));
    for (const bits of ['7fffffffffffffff', '7ff0000000000000']) {
      expect(() => canonicalJson(numberOf(bits))).toThrow('no canonical JSON');
    }
  });

  it('writes the primitive values of section 3.2.2', () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts the names of section 3.2.3 by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control",' +
        '"\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",' +
        '"\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });
});

it('refuses a lone surrogate, in a name too', () => {
  for (const value of ['\ud800', ['a\udfff'], { '\ud800': 1 }]) {
    expect(() => canonicalJson(value)).toThrow('lone surrogate');
  }
});

it('sorts names that are numbers as texts, keeps __proto__, and leaves undefined members out', () => {
  const value = JSON.parse('{"b":1,"10":{"z":[{"y":2,"x":3}]},"2":3,"__proto__":4}');
  expect(canonicalJson({ ...value, a: undefined })).toBe(
    '{"10":{"z":[{"x":3,"y":2}]},"2":3,"__proto__":4,"b":1}',
  );
});

it('sorts few and many names alike', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(names, (given) => {
      const text = canonicalJson(Object.fromEntries(given.map((name) => [name, 0])));
      const members = given.toSorted().map((name) => `${JSON.stringify(name)}:0`);
      expect(text).toBe(`{${members.join(',')}}`);
    }),
    { numRuns: process.env.LONG ? 20_000 : 100 },
  );
});

it('has one text for equal values, which reads back as the value', () => {
  const json = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(shuffled(value))).toBe(text);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
    { numRuns: process.env.LONG ? 20_000 : 200 },
  );
});

function numberOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const reversed = Object.entries(value).reverse();
  return Object.fromEntries(reversed.map(([name, each]) => [name, shuffled(each)]));
}
