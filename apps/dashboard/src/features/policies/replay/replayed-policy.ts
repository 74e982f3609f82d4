import type { Policy, RouteInput, Routes } from '@tollkeeper/contract';
import { isInForce } from '../policy-effects.ts';
import type { TriedPolicy } from '../simulate/simulated-call.ts';

export type ReplayBody = RouteInput<Routes['replayPolicies']>['body'];
export type SavedPolicyState = Pick<Policy, 'status' | 'mode' | 'text'>;

/** A policy that is not in force yet is replayed as if it were, also one in shadow mode. */
export function replayBody(
  { id, text, mode }: TriedPolicy,
  saved: SavedPolicyState | undefined,
  workspaceId: string,
): ReplayBody {
  const asked = { text, mode: isEdit(saved) ? mode : ('enforce' as const) };
  return {
    policy: id === undefined ? asked : { id, ...asked },
    ...(workspaceId ? { workspaceId } : {}),
  };
}

/** Whether the calls were allowed by what is edited. */
export function isEdit(saved: SavedPolicyState | undefined): boolean {
  return saved !== undefined && isInForce(saved);
}

/** Whether gateways enforce already what is replayed. */
export function changesNothing({ text, mode }: TriedPolicy, saved: SavedPolicyState | undefined) {
  return isEdit(saved) && saved?.text === text && saved.mode === mode;
}
