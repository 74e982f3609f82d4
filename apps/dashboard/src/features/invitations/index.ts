/** Invitations: asking a person in, the open ones, and accepting one by its link. */
export { AcceptPage } from './accept-page.tsx';
export { InvitationsPanel } from './invitations-panel.tsx';
export { InviteFlow } from './invite-dialog.tsx';
