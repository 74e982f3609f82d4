import { z } from 'zod';
import { instant } from './text.ts';

/** What a person can sign in with. A backup code replaces a code of the authenticator app. */
export const FACTORS = ['password', 'totp', 'backup_code', 'passkey'] as const;
export type Factor = (typeof FACTORS)[number];

/** What people call each factor. */
export const FACTOR_NAMES: Readonly<Record<Factor, string>> = {
  password: 'password',
  totp: 'authenticator code',
  backup_code: 'backup code',
  passkey: 'passkey',
};

/** How long a sign-in counts as recent. */
export const RECENT_SIGN_IN_MINUTES = 10;

export const sessionView = z
  .strictObject({
    factors: z.array(z.enum(FACTORS)).meta({
      description: 'Factors that the person used to sign in or to confirm the session',
    }),
    authenticatedAt: instant.meta({ description: 'When the person last used this factor' }),
    expiresAt: instant.meta({
      description: 'When the organization stops accepting the session',
    }),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof sessionView>;
