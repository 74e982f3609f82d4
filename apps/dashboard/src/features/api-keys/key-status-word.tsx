import type { ApiKey } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';
import { useNow } from '../../lib/use-now.ts';
import { usePendingStatus } from './actions/use-status-change.ts';
import { KEY_STATE_LOOKS, keyState } from './key-state.ts';

/** The key's status; while a change is under way it says so, and not yet that it is done. */
export function KeyStatusWord({ apiKey }: { readonly apiKey: ApiKey }) {
  const now = useNow();
  const pending = usePendingStatus(apiKey.id);
  if (pending) {
    return (
      <StatusWord tone={pending === 'disabled' ? 'off' : 'good'} pending>
        {pending === 'disabled' ? 'Disabling…' : 'Enabling…'}
      </StatusWord>
    );
  }
  const { word, tone } = KEY_STATE_LOOKS[keyState(apiKey, now)];
  return <StatusWord tone={tone}>{word}</StatusWord>;
}
