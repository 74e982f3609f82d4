import type { ApiKey, KeyState } from '@tollkeeper/contract';
import type { StatusTone } from '../../components/status-word.tsx';

/**
 * What the key is at this moment: the server's word, and "expired" from the second on at which it
 * expires while it is shown.
 * @param now milliseconds since 1970
 */
export function keyState({ state, expiresAt }: Pick<ApiKey, 'state' | 'expiresAt'>, now: number) {
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
