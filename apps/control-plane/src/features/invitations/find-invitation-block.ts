import type { InvitationBlock } from '@tollkeeper/contract';
import { type ScopeSet, scopeNames, scopeSet } from '@tollkeeper/verify';
import { type Creator, findBlock } from '../../access/creator.ts';

/**
 * Why the invitation cannot be accepted for now; null when it can. Its sender must be able to
 * send it still, with members.invite and all that the role holds: else a member who was demoted or
 * removed would come back by a link that they kept.
 */
export function findInvitationBlock(
  creator: Creator,
  { createdByKeyId }: { readonly createdByKeyId: string | null },
  offered: ScopeSet,
  now: Date,
): InvitationBlock | null {
  const required = scopeSet(['members.invite', ...scopeNames(offered)]);
  return findBlock(creator, { createdByKeyId, workspaceId: null }, required, now);
}
