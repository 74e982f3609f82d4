import { expect, it } from 'vitest';
import { changeWords, effectsOf } from './policy-effects.ts';

it.each([
  ['permit (principal, action, resource);', true, false],
  ['forbid(principal, action, resource) unless { true };', false, true],
  [
    '@id("a")\npermit\n(principal, action, resource);\nforbid (principal, action, resource);',
    true,
    true,
  ],
  ['// permit (principal)\nforbid (principal, action, resource);', false, true],
  ['forbid (principal, action, resource) when { context.path == "permit (" };', false, true],
  [
    'forbid (principal, action, resource) when { context.path == "\\"//" }; permit (principal, action, resource);',
    true,
    true,
  ],
  ['', false, false],
])('sees the statements of %j', (text, permits, forbids) => {
  expect(effectsOf(text)).toEqual({ permits, forbids });
});

const IN_FORCE = { status: 'enabled', mode: 'enforce' } as const;

it('says what ends when a policy is stopped', () => {
  expect(changeWords('disable', IN_FORCE, { permits: true, forbids: false })).toBe(
    'Requests that no other policy permits are refused.',
  );
  expect(changeWords('delete', IN_FORCE, { permits: false, forbids: true })).toBe(
    'Requests that no other policy forbids are allowed, if a policy permits them. Its versions are deleted too. You cannot undo this.',
  );
});

it('says that nothing changes where the policy decides nothing', () => {
  const both = { permits: true, forbids: true };
  expect(changeWords('delete', { ...IN_FORCE, status: 'disabled' }, both)).toMatch(
    /^It is disabled, so decisions stay as they are\./,
  );
  expect(changeWords('disable', { ...IN_FORCE, mode: 'shadow' }, both)).toMatch(
    /shadow mode, so decisions stay as they are\.$/,
  );
  expect(changeWords('enable', { status: 'disabled', mode: 'shadow' }, both)).toMatch(
    /^It is evaluated and counted\./,
  );
});

it('says what an enabled policy does', () => {
  const policy = { status: 'disabled', mode: 'enforce' } as const;
  expect(changeWords('enable', policy, { permits: true, forbids: true })).toBe(
    'Requests that it permits are allowed, unless another policy forbids them. Requests that it forbids are refused, whatever other policies permit.',
  );
});
