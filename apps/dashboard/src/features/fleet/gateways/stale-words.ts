import { formatDuration } from '../../../lib/format-duration.ts';

/**
 * For how long the gateway decides without word from the control plane.
 * @param staleMaxMs null is for ever
 */
export function staleWords(staleMaxMs: number | null): string {
  return staleMaxMs === null
    ? 'serves without limit while the control plane is away'
    : `serves up to ${formatDuration(staleMaxMs)} without the control plane`;
}
