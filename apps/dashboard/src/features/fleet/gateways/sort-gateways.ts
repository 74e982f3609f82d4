import { GATEWAY_STATES, type Gateway, type GatewayState } from '@tollkeeper/contract';
import type { StatusTone } from '../../../components/status-word.tsx';
import { labelTokens } from '../labels.tsx';

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

const names = new Intl.Collator('en', { numeric: true });

/** By name, so that no row moves while its state changes: edge-2 before edge-10. */
export function sortGateways(gateways: readonly Gateway[]): Gateway[] {
  return gateways.toSorted((a, b) => names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

/** Gateways in which every typed word occurs: in the name, a label, the state. */
export function findGateways(gateways: readonly Gateway[], typed: string): Gateway[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return gateways.filter((gateway) => {
    const text = searchText(gateway);
    return words.every((word) => text.includes(word));
  });
}

function searchText({ name, id, labels, state, draining, softwareVersion }: Gateway): string {
  return [
    name,
    id,
    ...labelTokens(labels),
    GATEWAY_STATE_LOOKS[state].word,
    draining ? 'draining' : '',
    softwareVersion ?? '',
  ]
    .join('\n')
    .toLowerCase();
}

/** How many are in each state, those without any left out. */
export function countStates(
  gateways: readonly Gateway[],
): { readonly state: GatewayState; readonly count: number }[] {
  return GATEWAY_STATES.map((state) => ({
    state,
    count: gateways.filter((gateway) => gateway.state === state).length,
  })).filter(({ count }) => count > 0);
}
