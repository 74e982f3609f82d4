import type { Gateway, GatewayState } from '@tollkeeper/contract';
import type { Colour } from '../../output.ts';

export const STATE_COLOURS: Readonly<Record<GatewayState, Colour>> = {
  connected: 'green',
  behind: 'yellow',
  unreachable: 'red',
  never_seen: 'dim',
};

/** As people read it: `● connected, draining`. */
export function stateText({ state, draining }: { state: GatewayState; draining?: boolean }) {
  return `● ${state.replace('_', ' ')}${draining ? ', draining' : ''}`;
}

/** `12`, or `11 of 12` while it is behind. */
export function versionText({ appliedVersion, currentVersion }: Gateway): string {
  if (appliedVersion === currentVersion) return String(currentVersion);
  return `${appliedVersion ?? 'none'} of ${currentVersion}`;
}
