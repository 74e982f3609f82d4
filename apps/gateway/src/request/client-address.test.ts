import { type IpRange, parseIpRange } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const TRUSTED = ['10.0.0.0/8', 'fd00::/8'].map(parseIpRange) as IpRange[];

it('believes nobody but trusted proxies', () => {
  expect(clientAddress('192.0.2.1', '198.51.100.7', TRUSTED)).toBe('192.0.2.1');
  expect(clientAddress('10.0.0.1', '198.51.100.7', [])).toBe('10.0.0.1');
  expect(clientAddress('10.0.0.1', '', TRUSTED)).toBe('10.0.0.1');
});

it('reads from the right, up to the first that is not trusted', () => {
  expect(clientAddress('10.0.0.1', '1.1.1.1, 198.51.100.7, 10.2.3.4', TRUSTED)).toBe(
    '198.51.100.7',
  );
  expect(clientAddress('fd00::1', '1.1.1.1,2001:db8::5', TRUSTED)).toBe('2001:db8::5');
  expect(clientAddress('10.0.0.1', '10.3.3.3, 10.2.3.4', TRUSTED)).toBe('10.3.3.3');
});

it('takes an address with its port', () => {
  expect(clientAddress('10.0.0.1', '198.51.100.7:4711', TRUSTED)).toBe('198.51.100.7');
  expect(clientAddress('10.0.0.1', '[2001:db8::5]:4711', TRUSTED)).toBe('2001:db8::5');
});

it('knows no address where a trusted proxy tells none', () => {
  for (const forwardedFor of [
    'unknown',
    '_hidden',
    '1.1.1.1, ',
    '10.0.0.0/8',
    '1.1.1.1, x, 10.0.0.2',
  ]) {
    expect(clientAddress('10.0.0.1', forwardedFor, TRUSTED)).toBe('');
  }
});
