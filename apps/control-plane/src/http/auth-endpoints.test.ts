import { describe, expect, it } from 'vitest';
import { AUTH_ENDPOINTS, type AuthEndpoint } from './auth-endpoints.ts';

/**
 * Written out once more, on purpose: other tests go through the endpoints and read from each what it
 * needs, so none of them would notice one that came to need less.
 */
function namesOf(isMeant: (endpoint: AuthEndpoint) => unknown): string[] {
  return AUTH_ENDPOINTS.filter(isMeant).map(({ name }) => name);
}

describe('the endpoints of Better Auth that are open', () => {
  it.each([
    [
      'recent',
      [
        'change-password',
        'two-factor/enable',
        'two-factor/disable',
        'two-factor/generate-backup-codes',
        'passkey/generate-register-options',
        'passkey/verify-registration',
        'passkey/delete-passkey',
        'device/approve',
      ],
    ],
    ['allowed', ['revoke-sessions', 'passkey/list-user-passkeys', 'device/deny']],
    [
      'optional',
      ['get-session', 'two-factor/verify-totp', 'passkey/generate-authenticate-options', 'device'],
    ],
    ['ended', ['sign-out']],
    [
      'ignored',
      [
        'sign-in/email',
        'two-factor/verify-backup-code',
        'passkey/verify-authentication',
        'device/code',
        'device/token',
      ],
    ],
  ])('treat the session as "%s" here and nowhere else', (use, names) => {
    expect(namesOf(({ session }) => session === use)).toEqual(names);
  });

  it('are open without the required second factor only where one is set up or the session ended', () => {
    expect(namesOf(({ withoutSecondFactor }) => withoutSecondFactor)).toEqual([
      'get-session',
      'revoke-sessions',
      'two-factor/enable',
      'two-factor/verify-totp',
      'passkey/generate-register-options',
      'passkey/verify-registration',
      'passkey/generate-authenticate-options',
      'passkey/list-user-passkeys',
    ]);
  });

  it('require an Origin unless a program without a cookie calls them', () => {
    expect(namesOf(({ withoutOrigin }) => withoutOrigin)).toEqual(['device/code', 'device/token']);
  });

  it('end remembered devices with every change that sessions do not survive', () => {
    expect(namesOf(({ endsDevices }) => endsDevices)).toEqual([
      'revoke-sessions',
      'change-password',
      'two-factor/disable',
    ]);
  });

  it('answer with no field of Better Auth that is not listed here', () => {
    expect(Object.fromEntries(AUTH_ENDPOINTS.map(({ name, answer }) => [name, answer]))).toEqual({
      'sign-in/email': ['twoFactorRedirect', 'twoFactorMethods'],
      'sign-out': [],
      'get-session': ['user'],
      'revoke-sessions': [],
      'change-password': [],
      'two-factor/enable': ['totpURI', 'backupCodes'],
      'two-factor/verify-totp': [],
      'two-factor/verify-backup-code': [],
      'two-factor/disable': [],
      'two-factor/generate-backup-codes': ['backupCodes'],
      'passkey/generate-register-options': 'whole',
      'passkey/verify-registration': [],
      'passkey/generate-authenticate-options': 'whole',
      'passkey/verify-authentication': [],
      'passkey/list-user-passkeys': 'whole',
      'passkey/delete-passkey': [],
      'device/code': 'whole',
      'device/token': [],
      device: ['user_code', 'status'],
      'device/approve': [],
      'device/deny': [],
    });
  });
});
