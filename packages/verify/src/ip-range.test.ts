import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatIpRange,
  type IpRange,
  parseIpRange,
  rangeContains,
  rangeWithin,
} from './ip-range.ts';

/** Few distinct bits, so that addresses and ranges meet. */
const octet = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
const group = fc.constantFrom('0', '1', 'db8', '2001', '8000', 'FFFF');
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
const ipv6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(':'))
  .filter((text) => !/^(0:){5}FFFF/.test(text));
const range4 = fc.tuple(ipv4, fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`);
const range6 = fc.tuple(ipv6, fc.nat(128)).map(([ip, bits]) => `${ip}/${bits}`);
const anyRange = fc.oneof(range4, range6, ipv4, ipv6, fc.ipV4(), fc.ipV6());

function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (!parsed) throw new Error(`"${text}" should be a range`);
  return parsed;
}

describe('parsing', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1/32', '10.0.0.1'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:0001', '10.0.0.1'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::ffff:10.1.2.3/64', '::/64'],
    ['::', '::'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['2001:db8::1/33', '2001:db8::/33'],
  ])('reads %s as %s', (text, canonical) => {
    expect(formatIpRange(range(text))).toBe(canonical);
  });

  it.each([
    ...[
      '',
      ' ',
      '10.0.0',
      '10.0.0.0.0',
      '10.0.0.',
      '.10.0.0.1',
      '10..0.1',
      '256.0.0.1',
      '1e1.0.0.1',
    ],
    ...['010.0.0.1', '10.0.0.00', '0x0a.0.0.1', '10.0.0.1 ', '+1.0.0.1', '١.0.0.1'],
    ...['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/8/8', '/8', '::/129'],
    ...[':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '12345::'],
    ...['fe80::1%eth0', 'g::', '1.2.3.4::', '::1.2.3', '::1.2.3.4:5', ':1::2', '1::2:', '[::1]'],
    ...['::ffff:010.0.0.1', '10.0.0.0/1e1', '10.0.0.0/٨', '0'.repeat(1e6), ':'.repeat(1e6)],
  ])('refuses %j', (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  });

  it('accepts what the platform takes for an address, zone ids apart', () => {
    const nearly = fc.stringMatching(/^[0-9a-f:.%]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), ipv4, ipv6, nearly), (text) => {
        const expected = isIP(text) !== 0 && !text.includes('%');
        expect(parseIpRange(text) !== undefined).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('writes IPv6 as a URL does (RFC 5952)', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        expect(`[${formatIpRange(range(text))}]`).toBe(new URL(`http://[${text}]/`).hostname);
      }),
    );
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyRange, (text) => {
        expect(range(formatIpRange(range(text)))).toEqual(range(text));
      }),
    );
  });
});

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
