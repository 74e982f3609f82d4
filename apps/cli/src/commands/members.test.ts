import type { Member } from '@tollkeeper/contract';
import { createClient } from '@tollkeeper/sdk';
import { expect, test } from 'vitest';
import { createApi, createMember, IDENTITY } from '../testing/fake-api.ts';
import { findMember } from './members.ts';

const ada = createMember(0, { name: 'Ada', email: 'ada@example.com' });
const eve = createMember(1, { name: 'Eve', email: 'eve@example.com' });
const otherEve = createMember(2, { name: 'Eve', email: 'eve@example.org' });
const impostor = createMember(3, { name: 'ada@example.com', email: 'mallory@example.com' });

function find(reference: string, members: readonly Member[] = [impostor, eve, otherEve, ada]) {
  const page = { data: members, nextCursor: null };
  const { fetch } = createApi({ 'GET /v1/members': page, 'GET /v1/whoami': IDENTITY });
  return findMember(createClient({ baseUrl: 'http://h', fetch }), reference);
}

test.each([
  [ada.id, ada],
  ['me', ada],
  ['EVE@example.com', eve],
  ['Ada', ada],
])('%s is found', async (reference, member) => {
  expect(await find(reference)).toEqual(member);
});

test('an email means the member who has it, not one who took it as a name', async () => {
  expect(await find('ada@example.com')).toEqual(ada);
});

test('a name of two members is refused, with both to choose from', async () => {
  await expect(find('Eve')).rejects.toMatchObject({
    exitCode: 2,
    details: [`  ${eve.id}  eve@example.com  Eve`, `  ${otherEve.id}  eve@example.org  Eve`],
  });
});

test.each(['', 'eve', 'nobody'])('%j is nobody: a part of a name is no name', async (reference) => {
  await expect(find(reference)).rejects.toMatchObject({ exitCode: 5 });
});
