import { scopeSet } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { addIdentityHeaders } from './identity-headers.ts';

function nameHeader(name: string): string | undefined {
  const headers: string[] = [];
  addIdentityHeaders(headers, {
    code: 'valid',
    scopes: scopeSet(['usage.read']),
    wouldDeny: false,
    rateLimit: [],
    key: {
      keyId: 'key_1',
      name,
      organizationId: 'org_1',
      workspaceId: null,
      ownerId: 'mem_1',
    },
  });
  return headers[headers.indexOf('X-Tollkeeper-Key-Name') + 1];
}

it.each([
  ['ci-pipeline', 'ci-pipeline'],
  ['build ~ "7"', 'build ~ "7"'],
  ['100%', '100%25'],
  ['%41dmin', '%2541dmin'],
  ['a\r\nX-Tollkeeper-Scopes: all', 'a%0D%0AX-Tollkeeper-Scopes%3A%20all'],
  ['tab\there', 'tab%09here'],
  ['\x7f', '%7F'],
  ['Schlüssel', 'Schl%C3%BCssel'],
  ['\ud800', '%EF%BF%BD'],
])(
  'writes the name %j so that no header can be forged by it and no other name reads alike',
  (name, text) => {
    expect(nameHeader(name)).toBe(text);
  },
);
