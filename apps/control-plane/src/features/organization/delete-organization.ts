import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, ne } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { allowLongStatements } from '../../db/connect.ts';
import { apiKey, invitation, organization } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { deleteFleet } from '../../fleet/delete-fleet.ts';
import { write } from '../../write/write.ts';
import { requirePassword, requireRecentSignIn } from '../identity/index.ts';
import { lockOrganization } from './get-organization.ts';

type Body = RouteInput<Routes['deleteOrganization']>['body'];

/**
 * Revokes every key, removes every gateway and shuts everybody out at once. What it subscribed to ends after that. The record and its audit log stay for 30
 * days, for the export; the daily job erases them.
 * @throws DomainError password_wrong, recent_sign_in_required, validation_failed when the typed name differs
 */
export async function deleteOrganization(ctx: Ctx, { body }: { body: Body }): Promise<undefined> {
  requireWholeOrganization(ctx);
  await requirePassword(ctx, body.password);
  const spec = { scope: 'organization.delete', action: 'organization.delete' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    await allowLongStatements(tx);
    await requireRecentSignIn(confirmed, tx);
    const row = await lockOrganization(tx, confirmed);
    if (body.name !== row.name) {
      throw invalidField('name', `must be the name of the organization, "${row.name}"`);
    }
    const now = ctx.services.clock();
    const keys = await tx
      .update(apiKey)
      .set({ status: 'revoked', revokedAt: now, revokeReason: 'The organization was deleted' })
      .where(and(eq(apiKey.organizationId, row.id), ne(apiKey.status, 'revoked')))
      .returning({ id: apiKey.id, workspaceId: apiKey.workspaceId });
    const fleet = await deleteFleet(tx, 'organizationId', row.id);
    await tx.delete(invitation).where(eq(invitation.organizationId, row.id));
    await tx.update(organization).set({ deletedAt: now }).where(eq(organization.id, row.id));
    const payload = { organizationId: row.id };
    return {
      result: undefined,
      outbox: ctx.services.stripe ? [{ topic: 'end-subscriptions', payload }] : [],
      target: { type: 'organization', id: row.id, name: row.name },
      before: { name: row.name, slug: row.slug, plan: row.plan },
      after: {
        deletedAt: now.toISOString(),
        revokedKeys: keys.length,
        deletedGateways: fleet.gateways.length,
        deletedJoinKeys: fleet.joinKeys.length,
      },
      changes: [
        ...fleet.changes,
        ...keys.map(({ id, workspaceId }) => ({
          kind: 'key' as const,
          subjectId: id,
          workspaceId,
        })),
      ],
    };
  });
}
