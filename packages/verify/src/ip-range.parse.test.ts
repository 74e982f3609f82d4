import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpRange, parseIpRange } from './ip-range.ts';
import { anyRange, ipv4, ipv6, range } from './testing/ip-ranges.ts';

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
      '1a.0.0.1',
      '10.0.0.1a',
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
