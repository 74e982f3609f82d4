import {
  type ChatDestination,
  type ChatDisableReason,
  channelKind,
  NOTIFICATION_KIND_NAMES,
} from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';

const REASONS: Readonly<Record<ChatDisableReason, string>> = {
  by_request: 'Disabled',
  gone: 'Disabled: gone',
  failing: 'Disabled: failed',
};

export function ChatHealth({ health, disabledReason }: ChatDestination) {
  if (health === 'healthy') return <StatusWord tone="good">Healthy</StatusWord>;
  if (health === 'failing') return <StatusWord tone="bad">Failing</StatusWord>;
  const tone = disabledReason === 'by_request' ? 'off' : 'bad';
  return <StatusWord tone={tone}>{REASONS[disabledReason ?? 'by_request']}</StatusWord>;
}

/** "All kinds"; "A key leaked, A gateway is gone". */
export function kindsWords(kinds: ChatDestination['kinds']): string {
  if (kinds.length === NOTIFICATION_KIND_NAMES.length) return 'All kinds';
  return kinds.map((kind) => channelKind(kind).title).join(', ');
}
