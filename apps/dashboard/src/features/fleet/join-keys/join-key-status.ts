import type { JoinKey } from '@tollkeeper/contract';
import type { StatusTone } from '../../../components/status-word.tsx';

interface Look {
  readonly word: string;
  readonly tone: StatusTone;
}

export const JOIN_KEY_LOOKS: Readonly<Record<JoinKey['status'], Look>> = {
  active: { word: 'Active', tone: 'good' },
  used_up: { word: 'Used up', tone: 'off' },
  expired: { word: 'Expired', tone: 'warn' },
  blocked: { word: 'Blocked', tone: 'bad' },
};

const RANKS: Readonly<Record<JoinKey['status'], number>> = {
  active: 0,
  blocked: 1,
  used_up: 2,
  expired: 2,
};

/** Join keys that admit gateways first, then those that may do so again; newest first among equals. */
export function sortJoinKeys(joinKeys: readonly JoinKey[]): JoinKey[] {
  return joinKeys.toSorted(
    (a, b) => RANKS[a.status] - RANKS[b.status] || (a.createdAt < b.createdAt ? 1 : -1),
  );
}
