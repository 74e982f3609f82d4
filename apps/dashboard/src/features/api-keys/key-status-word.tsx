import type { ApiKey, KeyState } from '@tollkeeper/contract';
import { type StatusTone, StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useNow } from '../../lib/server-clock.ts';
import { usePendingStatus } from './actions/use-status-change.ts';

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

/**
 * What the key is at this moment: the server's word, and "expired" from the second on at which it
 * expires while it is shown.
 * @param now milliseconds since 1970
 */
function keyState({ state, expiresAt }: Pick<ApiKey, 'state' | 'expiresAt'>, now: number) {
  const isPast = expiresAt !== null && Date.parse(expiresAt) <= now;
  return state === 'active' && isPast ? 'expired' : state;
}

export const KEY_STATE_LOOKS: Readonly<
  Record<KeyState, { readonly word: string; readonly tone: StatusTone }>
> = {
  active: { word: 'Active', tone: 'good' },
  disabled: { word: 'Disabled', tone: 'off' },
  expired: { word: 'Expired', tone: 'warn' },
  revoked: { word: 'Revoked', tone: 'bad' },
};

const SOON_MS = 7 * 86_400_000;

/** When the key expires; what is near stands out. A revoked key has nothing left to expire. */
export function ExpiryWord({ apiKey }: { readonly apiKey: ApiKey }) {
  const { status, expiresAt: at } = apiKey;
  const now = useNow();
  if (status === 'revoked') return <span className="text-faint">–</span>;
  if (at === null) return <span className="text-faint">Never</span>;
  const soon = Date.parse(at) > now && Date.parse(at) - now < SOON_MS;
  return (
    <span className={soon ? 'text-warn-ink' : undefined}>
      <TimeAgo at={at} />
    </span>
  );
}
