import { INVITATION_DAYS } from '@tollkeeper/contract';

const LIFETIME_MS = INVITATION_DAYS * 86_400_000;

/** When an invitation ends that is sent now. */
export function invitationEnd(now: Date): Date {
  return new Date(now.getTime() + LIFETIME_MS);
}

/** When an invitation was last sent: sending it again begins its time anew. */
export function invitationSentAt({ expiresAt }: { readonly expiresAt: Date }): Date {
  return new Date(expiresAt.getTime() - LIFETIME_MS);
}
