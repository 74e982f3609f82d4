import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { user, verification } from '../../db/schema/index.ts';
import { invalidLink, isOpenLink } from './open-link.ts';

/** Whose password the link resets, before anything is typed. @throws DomainError password_reset_invalid */
export async function findPasswordReset(
  { services: { db, clock } }: { readonly services: Pick<Services, 'db' | 'clock'> },
  { body }: RouteInput<Routes['findPasswordReset']>,
): Promise<RouteOutput<Routes['findPasswordReset']>> {
  const [open] = await db
    .select({ email: user.email, expiresAt: verification.expiresAt })
    .from(verification)
    .innerJoin(user, eq(user.id, verification.value))
    .where(isOpenLink(body.token, clock()));
  if (!open) throw invalidLink();
  return { email: open.email, expiresAt: open.expiresAt.toISOString() };
}
