import type { JoinKeyBlock } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import { type Creator, findBlock } from '../../access/creator.ts';

const MANAGE_FLEET = scopeSet(['fleet.manage']);

/** Why no gateway can join with the join key at present; null when one can. */
export function findJoinKeyBlock(
  creator: Creator,
  created: { readonly createdByKeyId: string | null; readonly workspaceId: string },
  now: Date,
): JoinKeyBlock | null {
  return findBlock(creator, created, MANAGE_FLEET, now);
}
