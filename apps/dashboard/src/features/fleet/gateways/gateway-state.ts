import {
  GATEWAY_STATES,
  type Gateway,
  type GatewayState,
  type UpstreamState,
} from '@tollkeeper/contract';
import type { StatusTone } from '../../../components/status-word.tsx';
import { formatCount, formatDuration } from '../../../lib/format.ts';
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

export interface GatewayWarning {
  readonly tone: 'warn' | 'bad';
  readonly text: string;
}

/**
 * What a person should know of the gateway and do something about.
 * @param now milliseconds since 1970, by the server's clock
 */
export function gatewayWarnings(gateway: Gateway, now: number): GatewayWarning[] {
  const { identityConflict, instances, fault, state, upstreams, witness } = gateway;
  const lost = upstreams.filter((each) => each.state !== 'up');
  return [
    ...(identityConflict ? [{ tone: 'bad', text: conflictWords(instances) } as const] : []),
    ...(witness.alarm ? [{ tone: 'bad', text: ALARM_WORDS[witness.alarm.kind] } as const] : []),
    ...(fault ? [{ tone: 'warn', text: `It reports a fault. ${fault}` } as const] : []),
    ...(lost.length > 0
      ? [{ tone: 'warn', text: lostWords(lost, upstreams.length) } as const]
      : []),
    ...(state === 'unreachable'
      ? [{ tone: 'warn', text: absenceWords(gateway, now) } as const]
      : []),
  ];
}

function conflictWords(instances: Gateway['instances']): string {
  const places = instances.map(({ hostname, address }) => `${hostname} (${address})`);
  const where = places.length > 1 ? `: ${places.join(' and ')}` : '';
  return `Its identity is used from ${Math.max(2, places.length)} places at once${where}. If nobody copied its state folder on purpose, remove this gateway and join it again.`;
}

type WitnessAlarmKind = NonNullable<Gateway['witness']['alarm']>['kind'];

/** What the gateway found wrong with the audit log. */
const ALARM_WORDS: Readonly<Record<WitnessAlarmKind, string>> = {
  fork: 'The audit log contradicts what this gateway had cosigned: recorded events were changed. Unless you restored a backup, somebody rewrote the log.',
  rollback:
    'The audit log ends before what this gateway had cosigned: its newest events are gone. Unless you restored a backup, somebody cut the log off.',
  log_key:
    'The audit log is signed with another key than this gateway knows. Unless you replaced the data folder, somebody signs in its place.',
  witness_key:
    'This gateway came with another witness key than before, or with another gateway’s. Unless you emptied its state folder, or copied it from another gateway, somebody else uses its identity.',
};

export const UPSTREAM_WORDS: Readonly<Record<UpstreamState, string>> = {
  up: 'up',
  ejected: 'ejected, failed too many requests',
  down: 'down, failed its health check',
};

const UPSTREAMS_NAMED = 3;

function lostWords(lost: Gateway['upstreams'], count: number): string {
  const named = lost
    .slice(0, UPSTREAMS_NAMED)
    .map(({ url, state }) => `${url} (${UPSTREAM_WORDS[state]})`);
  const more = lost.length > named.length ? ` and ${lost.length - named.length} more` : '';
  const receive = lost.length === 1 ? 'receives' : 'receive';
  return `${lost.length} of ${count} upstreams ${receive} no requests: ${named.join(', ')}${more}.`;
}

function absenceWords({ staleMaxMs, lastSeenAt, appliedVersion }: Gateway, now: number): string {
  if (appliedVersion === null) return 'It has no snapshot, and denies every request.';
  const isOver = staleMaxMs !== null && lastSeenAt && Date.parse(lastSeenAt) + staleMaxMs < now;
  return isOver
    ? 'It has not reached the control plane for longer than it is allowed to, and denies every request.'
    : `While disconnected, it decides with version ${formatCount(appliedVersion)} and ${staleWords(staleMaxMs)}.`;
}

/**
 * For how long the gateway decides without word from the control plane.
 * @param staleMaxMs null is for ever
 */
export function staleWords(staleMaxMs: number | null): string {
  return staleMaxMs === null
    ? 'serves without limit while the control plane is away'
    : `serves up to ${formatDuration(staleMaxMs)} without the control plane`;
}
