import { callingKeyId } from '../access/creator.ts';
import type { Ctx } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { findAncestors } from './find-ancestors.ts';

/** As far as it is searched for what a key came from: it leads through few others. */
const LIMITS = { idsMax: 1000, linksMax: 2500, pageMax: 2500 };

/**
 * Whether the caller can vouch for a key. A stolen key would else stay by its own word, or by that of a key that it
 * created or gave a new secret.
 */
export async function callerMayVouch(
  tx: Transaction,
  ctx: Ctx,
): Promise<(keyId: string) => boolean> {
  const callerId = callingKeyId(ctx);
  if (callerId === null) return () => true;
  const found = await findAncestors(tx, ctx.organizationId, [callerId], undefined, LIMITS);
  const ancestors = found && new Set(found);
  return (keyId) => ancestors !== undefined && !ancestors.has(keyId);
}
