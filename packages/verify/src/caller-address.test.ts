import { expect, it } from 'vitest';
import { parseIpAddress } from './ip-address.ts';
import { isInRange, parseIpValue } from './policies/ipaddr.ts';

/** As `context.ip.isInRange(ip("203.0.113.0/24"))` reads the address of a caller. */
function isInOffice(caller: string, range = '203.0.113.0/24'): boolean | undefined {
  const address = parseIpAddress(caller);
  const outer = parseIpValue(range);
  if (!address || !outer) return undefined;
  return isInRange({ kind: 'ip', ...address, bits: address.words.length * 32 }, outer);
}

it.each(['203.0.113.9', '::ffff:203.0.113.9', '::ffff:cb00:7109', '0:0:0:0:0:FFFF:203.0.113.9'])(
  'a range of IPv4 addresses holds the caller %s',
  (caller) => {
    expect(isInOffice(caller)).toBe(true);
    expect(isInOffice(caller, '203.0.112.0/24')).toBe(false);
  },
);

it.each(['64:ff9b::203.0.113.9', '2002:cb00:7109::1', '::203.0.113.9', '::ffff:0:203.0.113.9'])(
  'a range of IPv4 addresses does not hold the caller %s, whom another network translated',
  (caller) => {
    expect(isInOffice(caller)).toBe(false);
  },
);

it('ranges of translators hold the callers that come through them', () => {
  expect(isInOffice('64:ff9b::203.0.113.9', '64:ff9b::/96')).toBe(true);
  expect(isInOffice('2002:cb00:7109::1', '2002::/16')).toBe(true);
  // A mapped caller is an IPv4 address, so that a range of IPv6 addresses never holds it.
  expect(isInOffice('::ffff:203.0.113.9', '::ffff:cb00:7100/120')).toBe(false);
  expect(isInOffice('::ffff:203.0.113.9', '::/0')).toBe(false);
});
