import type { GatewayState } from '@tollkeeper/contract';
import type { StatusTone } from '../../../components/status-word.tsx';

interface Look {
  readonly word: string;
  readonly tone: StatusTone;
}

export const GATEWAY_STATE_LOOKS: Readonly<Record<GatewayState, Look>> = {
  connected: { word: 'Connected', tone: 'good' },
  behind: { word: 'Behind', tone: 'warn' },
  unreachable: { word: 'Unreachable', tone: 'bad' },
  never_seen: { word: 'Never seen', tone: 'off' },
};
