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

/** Those that still let somebody in first; within each part the order stays. */
export function sortJoinKeys(joinKeys: readonly JoinKey[]): JoinKey[] {
  const isActive = ({ status }: JoinKey) => status === 'active';
  return [...joinKeys.filter(isActive), ...joinKeys.filter((each) => !isActive(each))];
}
