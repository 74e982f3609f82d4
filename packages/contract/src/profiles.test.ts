import { expect, it } from 'vitest';
import { PROFILE_SCOPES } from './profiles.ts';
import { BUILT_IN_ROLES } from './roles.ts';

it('lets keys and roles that only read call no API', () => {
  const withCall = (
    list: readonly { readonly name: string; readonly scopes: readonly string[] }[],
  ) => list.filter(({ scopes }) => scopes.includes('apis.call')).map(({ name }) => name);
  const profiles = Object.entries(PROFILE_SCOPES).map(([name, scopes]) => ({ name, scopes }));
  expect(withCall(profiles)).toEqual(['workspace', 'organization']);
  expect(withCall(BUILT_IN_ROLES)).toEqual(['Owner', 'Admin', 'Developer']);
});
