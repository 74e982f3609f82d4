import type { Ctx } from '../../kernel/context.ts';
import { type CreatedCounts, countCreated } from './created-by-key.ts';
import { readKey } from './key-view.ts';

/** What revoking the key with `cascade` would take along. @throws DomainError not_found */
export async function getCreated(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<CreatedCounts> {
  const { id } = await readKey(ctx.services.db, ctx, params.id);
  return countCreated(ctx, id);
}
