import { expect, it } from 'vitest';
import { createKnownDevices } from './known-device.ts';

const devices = createKnownDevices('a secret', 'https://keys.example.com');
const accounts = Array.from({ length: 6 }, (_, at) => `person-${at}@example.com`);

/** What the browser sends after it has signed in to each of the accounts. */
function cookieAfter(count: number): string {
  let cookie: string | undefined;
  for (const account of accounts.slice(0, count)) {
    [cookie] = devices.remember(cookie, account).split(';');
  }
  return cookie ?? '';
}

it('is known to the accounts that it signed in to, and to no other', () => {
  const cookie = cookieAfter(2);
  const [first, second, third] = accounts.map((account) => devices.find(cookie, account));
  expect(first).toMatch(/^[\w-]{22}$/);
  expect([second, third]).toEqual([first, undefined]);
});

it('is known to five accounts, the last ones', () => {
  const cookie = cookieAfter(6);
  const known = accounts.map((account) => devices.find(cookie, account) !== undefined);
  expect(known).toEqual([false, true, true, true, true, true]);
});

it('is not known by a cookie that another server signed, or nobody', () => {
  const [account = ''] = accounts;
  const cookie = cookieAfter(1);
  const other = createKnownDevices('another secret', 'https://keys.example.com');
  const forged = cookie.replace(/[^.]+$/, 'A'.repeat(22));
  for (const each of [undefined, '', forged, other.remember(undefined, account)]) {
    expect([each, devices.find(each, account)]).toEqual([each, undefined]);
  }
});
