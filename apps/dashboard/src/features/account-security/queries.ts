/** One's own sign-in, by Better Auth's endpoints, which no contract declares: answers are parsed here. */

import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { z } from 'zod';
import { changeSession, readSession } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { refresh } from '../../lib/query-client.ts';
import { makePasskey } from '../../lib/web-authn.ts';
import { withPassword } from '../../lib/with-password.ts';

const session = z.looseObject({ user: z.looseObject({ twoFactorEnabled: z.boolean() }) });

/** Whether an authenticator app is set up; null where the server does not say. */
export const authenticatorQuery = queryOptions({
  queryKey: ['account', 'authenticator'],
  queryFn: async () => {
    try {
      return session.parse(await readSession('get-session')).user.twoFactorEnabled;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return null;
      throw error;
    }
  },
});

const enrolment = z.looseObject({ totpURI: z.string(), backupCodes: z.array(z.string()) });
export type Enrolment = z.output<typeof enrolment>;

export const enrolMutation = mutationOptions({
  mutationFn: async (password: string) =>
    enrolment.parse(await changeWithPassword('two-factor/enable', password)),
});

/** The app's first code, which shows that it received the secret. */
export const verifyCodeMutation = mutationOptions({
  mutationFn: (code: string) => {
    const verifying = changeSession('two-factor/verify-totp', { code });
    return errorAtField('code', 'unauthenticated', verifying, 'The code is wrong or outdated.');
  },
});

export const renewCodesMutation = mutationOptions({
  mutationFn: async (password: string) => {
    const answer = await changeWithPassword('two-factor/generate-backup-codes', password);
    return z.looseObject({ backupCodes: z.array(z.string()) }).parse(answer).backupCodes;
  },
});

export const turnOffMutation = mutationOptions({
  mutationFn: (password: string) => changeWithPassword('two-factor/disable', password),
  onSuccess: (_answer, _password, _result, { client }) => {
    client.setQueryData(authenticatorQuery.queryKey, false);
  },
});

interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

export const changePasswordMutation = mutationOptions({
  mutationFn: (change: PasswordChange) =>
    changeWithPassword('change-password', change.currentPassword, {
      ...change,
      revokeOtherSessions: true,
    }),
});

/** The server refuses a wrong password as a field that is wrong. */
function changeWithPassword(
  name: string,
  password: string,
  body: object = { password },
): Promise<unknown> {
  return withPassword(password, 'validation_failed', () => changeSession(name, body));
}

const passkeys = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string().nullish(),
    createdAt: z.string().nullish(),
    backedUp: z.boolean().nullish(),
  }),
);
export type Passkey = z.output<typeof passkeys>[number];

export const passkeysQuery = queryOptions({
  queryKey: ['account', 'passkeys'],
  queryFn: async () => passkeys.parse(await readSession('passkey/list-user-passkeys')),
});

/** Has the browser make a passkey, and registers it by that name. */
export const addPasskeyMutation = mutationOptions({
  mutationFn: async (name: string) => {
    const response = await makePasskey(await readSession('passkey/generate-register-options'));
    await changeSession('passkey/verify-registration', { response, name });
  },
  onSuccess: refresh(passkeysQuery),
});

export const deletePasskeyMutation = mutationOptions({
  mutationFn: (id: string) => changeSession('passkey/delete-passkey', { id }),
  onSuccess: refresh(passkeysQuery),
});

/** The secret of an `otpauth:` address, in groups of four that a person can type. */
export function secretGroups(totpUri: string): readonly string[] {
  const secret = URL.parse(totpUri)?.searchParams.get('secret') ?? '';
  return secret.match(/.{1,4}/g) ?? [];
}
