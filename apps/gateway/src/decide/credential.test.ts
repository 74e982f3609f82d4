import { findCredential } from '@tollkeeper/fleet';
import { expect, it } from 'vitest';
import { readHead } from '../request/head.ts';

const KEY = 'tk_live_0123456789';
const OTHER = 'tk_live_abcdefghij';

function found(...rawHeaders: string[]): string {
  const credential = findCredential(readHead(rawHeaders));
  return typeof credential === 'string' ? credential : credential.code;
}

it('finds a key in either header', () => {
  expect(found('Authorization', `Bearer ${KEY}`)).toBe(KEY);
  expect(found('authorization', `bearer  ${KEY}`)).toBe(KEY);
  expect(found('X-API-KEY', KEY)).toBe(KEY);
  expect(found('Authorization', `Bearer ${KEY}`, 'x-api-key', KEY)).toBe(KEY);
});

it('takes none of two that differ, since the upstream might go by the other', () => {
  expect(found('Authorization', `Bearer ${KEY}`, 'x-api-key', OTHER)).toBe('malformed_request');
  expect(found('Authorization', 'Bearer other', 'x-api-key', KEY)).toBe('malformed_request');
  expect(found('x-api-key', KEY, 'X-Api-Key', KEY)).toBe('malformed_request');
  expect(found('Authorization', `Bearer ${KEY}`, 'Authorization', 'Basic x')).toBe(
    'malformed_request',
  );
});

it('leaves Basic credentials to the upstream', () => {
  expect(found('Authorization', 'Basic dTpw', 'x-api-key', KEY)).toBe(KEY);
  expect(found('Authorization', 'Basic dTpw')).toBe('unauthenticated');
  expect(found()).toBe('unauthenticated');
});
