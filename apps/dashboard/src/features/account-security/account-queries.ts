import { queryOptions } from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';
import { z } from 'zod';
import { readSession } from '../../lib/session-endpoint.ts';

const session = z.looseObject({ user: z.looseObject({ twoFactorEnabled: z.boolean() }) });

/** Whether an authenticator app is set up; null where the server does not tell. */
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

const enrolment = z.looseObject({ totpURI: z.string(), backupCodes: z.array(z.string()) });
export type Enrolment = z.output<typeof enrolment>;

export function parseEnrolment(answer: unknown): Enrolment {
  return enrolment.parse(answer);
}

export function parseBackupCodes(answer: unknown): readonly string[] {
  return z.looseObject({ backupCodes: z.array(z.string()) }).parse(answer).backupCodes;
}
