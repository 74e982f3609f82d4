import { findCredential } from '@tollkeeper/gateway-core';
import { expect, it } from 'vitest';
import { readHead } from './head.ts';

const KEY = `tk_live_${'0123456789'.repeat(4).slice(2)}`;
const OTHER = `tk_live_${'abcdefghij'.repeat(4).slice(2)}`;

function found(...rawHeaders: string[]): string {
  const credential = findCredential(readHead(rawHeaders));
  return typeof credential === 'string' ? credential : credential.code;
}

it('finds a key in either header, and the same key in both', () => {
  expect(found('Authorization', `Bearer ${KEY}`)).toBe(KEY);
  expect(found('authorization', `bearer  ${KEY}`)).toBe(KEY);
  expect(found('X-API-KEY', KEY)).toBe(KEY);
  expect(found('Authorization', `Bearer ${KEY}`, 'x-api-key', KEY)).toBe(KEY);
  expect(found('x-api-key', KEY, 'X-Api-Key', KEY)).toBe(KEY);
  expect(found('Authorization', `Bearer ${KEY}`, 'Authorization', `Bearer ${KEY}`)).toBe(KEY);
});

it('takes neither of two keys that differ, since the upstream might go by the other', () => {
  for (const other of [OTHER, 'tk_test_x', `${KEY}0`]) {
    for (const headers of [
      ['Authorization', `Bearer ${KEY}`, 'x-api-key', other],
      ['Authorization', `Bearer ${other}`, 'x-api-key', KEY],
      ['x-api-key', KEY, 'X-Api-Key', other],
      ['x-api-key', `${KEY}, ${other}`],
      ['x-api-key', `${KEY},jwt`, 'authorization', `Bearer ${other}`],
      ['Authorization', `Bearer ${KEY}`, 'Authorization', `Bearer ${other}`],
      ['Authorization', `Bearer ${KEY}, Bearer ${other}`],
    ]) {
      expect([headers, found(...headers)]).toEqual([headers, 'malformed_request']);
    }
  }
});

it('takes the key whatever the other header contains', () => {
  for (const other of ['Bearer eyJ.a.b', 'Basic dTpw', 'Digest a="b", c="d"', 'Bearer', '']) {
    expect(found('Authorization', other, 'x-api-key', KEY)).toBe(KEY);
  }
  for (const other of ['eyJ.a.b', 'a, b', 'x'.repeat(46), '']) {
    expect(found('Authorization', `Bearer ${KEY}`, 'x-api-key', other)).toBe(KEY);
  }
  expect(found('Authorization', 'Basic dTpw', 'Authorization', `Bearer ${KEY}`)).toBe(KEY);
});

it('takes what is no key where there is none, to say that it is not valid', () => {
  expect(found('Authorization', 'Bearer eyJ.a.b')).toBe('eyJ.a.b');
  expect(found('Authorization', 'Bearer eyJ.a.b', 'x-api-key', 'other')).toBe('eyJ.a.b');
});

it('counts an empty header, and credentials of another kind, as none', () => {
  expect(found('Authorization', 'Basic dTpw')).toBe('unauthenticated');
  expect(found('Authorization', '', 'x-api-key', '')).toBe('unauthenticated');
  expect(found('Authorization', 'Bearer ', 'x-api-key', ' ')).toBe('unauthenticated');
  expect(found()).toBe('unauthenticated');
});
