import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';

const tag = 'Password resets';

/** How long the link in the mail works, in minutes. */
export const PASSWORD_RESET_MINUTES = 60;

const delivery = z.enum(['mail', 'operator']).meta({
  description:
    '`mail`: the server mails a link to the address if it has an account; `operator`: the server sends no mail, so ask the person who operates it',
});
const response = z.strictObject({ delivery });

export const getPasswordReset = defineRoute({
  method: 'GET',
  path: '/v1/password-resets',
  access: 'public',
  summary: 'Read how a forgotten password is reset on this server',
  tag,
  status: 200,
  response,
  errors: [],
});

export const requestPasswordReset = defineRoute({
  method: 'POST',
  path: '/v1/password-resets',
  access: 'public',
  summary:
    'Send a one-time link to reset a password by mail; the answer is the same for every address',
  tag,
  body: z.strictObject({ email: z.email().max(254) }),
  status: 200,
  response,
  errors: [],
});

const token = z.string().min(1).max(256);

export const findPasswordReset = defineRoute({
  method: 'POST',
  path: '/v1/password-resets/find',
  access: 'public',
  summary: 'Read whose password a link resets, by its token',
  tag,
  body: z.strictObject({ token }),
  status: 200,
  response: z.strictObject({ email: z.string(), expiresAt: instant }),
  errors: ['password_reset_invalid'],
});

export const completePasswordReset = defineRoute({
  method: 'POST',
  path: '/v1/password-resets/complete',
  access: 'public',
  summary: 'Set a new password by the token of the link, and end every session of the account',
  tag,
  body: z.strictObject({
    token,
    newPassword: z.string().min(12).max(128),
  }),
  status: 204,
  errors: ['password_reset_invalid'],
});
