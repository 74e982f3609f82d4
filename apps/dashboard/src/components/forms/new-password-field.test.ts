import { expect, it } from 'vitest';
import { passwordError, passwordStrength } from './new-password-field.tsx';

it.each([
  ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['12345678901234567890', 'weak'],
  ['abcdefghijklmnopqrst', 'weak'],
  ['correctcorrectcorrect', 'weak'],
  ['pearl-spoon9', 'fair'],
  ['correct horse battery staple', 'strong'],
  ['q7Vw2Lx9Tm4Kb8Zr', 'strong'],
] as const)('calls %j %s', (password, strength) => {
  expect(passwordStrength(password)).toBe(strength);
});

it('says how many characters a password that is too short has', () => {
  expect(passwordError('elevenchars')).toBe('Use at least 12 characters. This has 11.');
  expect(passwordError('twelve chars')).toBeUndefined();
});
