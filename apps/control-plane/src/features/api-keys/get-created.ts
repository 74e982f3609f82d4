import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and } from 'drizzle-orm';
import { findDeletedKey } from '../../access/find-deleted-key.ts';
import { visibleKeys } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { among } from '../../db/among.ts';
import { apiKey } from '../../db/schema/index.ts';
import { parseKeptMembers } from '../../lineage/removable-members.ts';
import { countCreated } from './count-created.ts';
import { readKey } from './key-view.ts';

/**
 * What revoking the key with `cascade` would take along, or deleting it, if it is deleted already.
 * @throws DomainError not_found
 */
export async function getCreated(
  ctx: Ctx,
  { params, query }: RouteInput<Routes['getCreated']>,
): Promise<RouteOutput<Routes['getCreated']>> {
  const { id } = params;
  if (!(await findDeletedKey(ctx.services.db, ctx, id))) await readKey(ctx.services.db, ctx, id);
  return countCreated(ctx, [id], parseKeptMembers(query?.keepMembers));
}

/** What revoking the keys with `cascade` would take along besides them. */
export async function getKeysCreated(
  ctx: Ctx,
  { body }: RouteInput<Routes['getKeysCreated']>,
): Promise<RouteOutput<Routes['getCreated']>> {
  const rows = await ctx.services.db
    .select({ id: apiKey.id })
    .from(apiKey)
    .where(and(visibleKeys(ctx), among(apiKey.id, body.ids)));
  return countCreated(
    ctx,
    rows.map(({ id }) => id),
    body.keepMembers,
  );
}
