import type { ApiKey, KeyStatus } from '@tollkeeper/contract';
import type { StatusTone } from '../../components/status-word.tsx';

/** What a person sees: expiry is a time, not a status, yet an expired key is not "active". */
export type KeyState = KeyStatus | 'expired';

/** @param now milliseconds since 1970 */
export function keyState(key: Pick<ApiKey, 'status' | 'expiresAt'>, now: number): KeyState {
  if (key.status !== 'active') return key.status;
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'active';
}

export const KEY_STATE_LOOKS: Readonly<
  Record<KeyState, { readonly word: string; readonly tone: StatusTone }>
> = {
  active: { word: 'Active', tone: 'good' },
  disabled: { word: 'Disabled', tone: 'off' },
  expired: { word: 'Expired', tone: 'warn' },
  revoked: { word: 'Revoked', tone: 'bad' },
};
