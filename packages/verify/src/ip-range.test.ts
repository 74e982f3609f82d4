import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpRange, type IpRange, rangeContains, rangeWithin } from './ip-range.ts';
import { anyRange, ipv4, ipv6, range, range4, range6 } from './testing/ip-ranges.ts';

describe('a range', () => {
  it('contains what the block list of the platform contains', () => {
    fc.assert(
      fc.property(range4, ipv4, (text, ip) => agreesWithBlockList(text, 'ipv4', ip)),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(range6, ipv6, (text, ip) => agreesWithBlockList(text, 'ipv6', ip)),
      { numRuns: 1000 },
    );
  });

  it('contains an IPv4 address in either notation, but only if it is an IPv4 range', () => {
    const ranges = [range('10.0.0.0/8')];
    expect(rangeContains(ranges, '::ffff:10.9.8.7')).toBe(true);
    expect(rangeContains(ranges, '::10.9.8.7')).toBe(false);
    expect(rangeContains([range('::/0')], '10.9.8.7')).toBe(false);
    expect(rangeContains([range('::/0')], '::ffff:10.9.8.7')).toBe(false);
  });

  it('contains nothing that is no address', () => {
    const everything = [range('0.0.0.0/0'), range('::/0')];
    for (const text of ['', '10.0.0.1/32', 'localhost', 'fe80::1%1', '__proto__', '١٠.0.0.1']) {
      expect(rangeContains(everything, text)).toBe(false);
    }
    expect(rangeContains([], '10.0.0.1')).toBe(false);
  });

  it('lies within another exactly when none of its addresses lies outside', () => {
    fc.assert(
      fc.property(anyRange, anyRange, (innerText, outerText) => {
        const [inner, outer] = [range(innerText), range(outerText)];
        expect(rangeWithin(inner, outer)).toBe(
          ends(inner).every((ip) => rangeContains([outer], ip)),
        );
        expect(rangeWithin(inner, inner)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function agreesWithBlockList(text: string, family: 'ipv4' | 'ipv6', ip: string): void {
  const [address = '', bits] = text.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  expect(rangeContains([range(text)], ip)).toBe(list.check(ip, family));
}

/** The first and the last address: what holds both holds all between. */
function ends({ family, words, bits }: IpRange): string[] {
  const last = words.map((word, i) => {
    const free = Math.min(32, Math.max(0, (i + 1) * 32 - bits));
    return free === 32 ? -1 : word | ((1 << free) - 1);
  });
  return [words, last].map((list) =>
    formatIpRange({ family, words: list, bits: words.length * 32 }),
  );
}
