/** Invitations: a one-time link by mail, which makes anyone a member who proves the address. */
export { acceptInvitation } from './accept-invitation.ts';
export { createInvitation } from './create-invitation.ts';
export { giveUpInvitationMail, mailInvitation } from './deliver-link.ts';
export { findInvitation } from './find-invitation.ts';
export { listInvitations } from './list-invitations.ts';
export { resendInvitation, withdrawInvitation } from './pending-invitation.ts';
