import { hashToken } from '../../mail/one-time-token.ts';

/** Where `verification` stores the token: its hash, beside the user in `value`. */
export function resetIdentifier(token: string): string {
  return `password-reset:${hashToken(token).toString('hex')}`;
}

/** The same for a link that an operator hands over, which proves nothing about the mailbox. */
export function handedOverIdentifier(token: string): string {
  return `handed-over-reset:${hashToken(token).toString('hex')}`;
}

/** The token is in the fragment, which no browser sends and no server logs. */
export function resetLink(baseUrl: string, token: string): string {
  return `${baseUrl}/reset-password#token=${token}`;
}
