import { type RouteOutput, type Routes, SECURITY_PREVIEW_ITEMS_MAX } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { holds, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { organization } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { findAffected } from './find-affected.ts';
import { changedSettings, type SecurityChange, securitySettings } from './get-security.ts';
import type { RuledKey } from './key-effects.ts';
import { excludesAddress } from './require-session-allowed.ts';

type Preview = RouteOutput<Routes['previewSecurity']>;

/** What saving the change would touch; changes nothing. @throws DomainError validation_failed */
export function previewSecurity(ctx: Ctx, { body }: { body: SecurityChange }): Promise<Preview> {
  requireWholeOrganization(ctx);
  return ctx.services.db.transaction((tx) => preview(tx, ctx, body), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
}

async function preview(tx: Transaction, ctx: Ctx, body: SecurityChange): Promise<Preview> {
  const [row] = await tx.select().from(organization).where(eq(organization.id, ctx.organizationId));
  if (!row) throw notFound('organization', ctx.organizationId);
  const before = securitySettings(row);
  const after = changedSettings(before, body);
  const now = ctx.services.clock();
  const affected = await findAffected(tx, ctx.organizationId, { before, after }, now);
  return {
    keysCount: affected.keys.length,
    membersCount: affected.members.length,
    keys: affected.keys
      .filter(({ key }) => mayList(ctx, key))
      .slice(0, SECURITY_PREVIEW_ITEMS_MAX)
      .map(({ key: { id, name, prefix }, effects }) => ({ id, name, prefix, effects })),
    members: (holds(ctx.scopes, 'members.read') ? affected.members : [])
      .slice(0, SECURITY_PREVIEW_ITEMS_MAX)
      .map(({ member: { id, name }, effects }) => ({ id, name, effects })),
    excludesYou: excludesAddress(after, ctx.origin.ip),
  };
}

/** By the rule of the list of keys: a caller who manages the rules need not see all keys. */
function mayList({ scopes, actor }: Ctx, key: RuledKey): boolean {
  if (!holds(scopes, 'api_keys.read')) return false;
  return holds(scopes, 'api_keys.manage_all') || key.memberId === actor.memberId;
}
