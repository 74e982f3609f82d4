import type { RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { user } from '../../db/schema/index.ts';
import { openInvitation } from './open-invitation.ts';

/** What the holder of a link sees before accepting. @throws DomainError invitation_invalid */
export async function findInvitation(
  { services: { db, clock } }: { readonly services: Pick<Services, 'db' | 'clock'> },
  { body }: RouteInput<Routes['findInvitation']>,
) {
  const open = await openInvitation(db, body.token, clock());
  const accounts = await db.select({ id: user.id }).from(user).where(eq(user.email, open.email));
  return {
    organizationName: open.organizationName,
    email: open.email,
    roleName: open.roleName,
    invitedBy: open.inviter,
    expiresAt: open.expiresAt.toISOString(),
    hasAccount: accounts.length > 0,
  };
}
