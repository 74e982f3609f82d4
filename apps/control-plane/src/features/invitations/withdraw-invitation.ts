import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { invitation } from '../../db/schema/index.ts';
import { invitationFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { lockInvitation } from './list-invitations.ts';

/** From the moment this resolves, the link is worth nothing. @throws DomainError not_found */
export function withdrawInvitation(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<undefined> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'members.invite', action: 'invitation.withdraw' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockInvitation(tx, confirmed, params.id);
    await tx.delete(invitation).where(eq(invitation.id, row.id));
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: null,
      changes: [],
    };
  });
}
