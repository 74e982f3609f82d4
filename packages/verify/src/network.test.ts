import { expect, it } from 'vitest';
import { networkOf } from './network.ts';

it.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['255.255.255.255', '255.255.255.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['fe80::1', 'fe80:0:0::/48'],
  ['2001:db8:01ff:ffff:ffff:ffff:ffff:ffff', '2001:db8:1ff::/48'],
])('is of %s the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it.each(['', 'localhost', '203.0.113', '203.0.113.9/24', 'fe80::1%eth0', '0x7f.1'])(
  'is none of "%s"',
  (text) => {
    expect(networkOf(text)).toBeUndefined();
  },
);
