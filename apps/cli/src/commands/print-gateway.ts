import type { Gateway, GatewayState, UpstreamState } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { type Field, printFields } from '../output.ts';
import { counted, formatLabels, relativeAndExact } from '../text/format.ts';
import type { Color } from '../text/table.ts';

const MEBIBYTE = 1024 * 1024;

export const STATE_COLORS: Readonly<Record<GatewayState, Color>> = {
  connected: 'green',
  behind: 'yellow',
  unreachable: 'red',
  never_seen: 'dim',
};

const UPSTREAM_WORDS: Readonly<Record<UpstreamState, string>> = {
  up: 'up',
  ejected: 'ejected: it failed too many requests',
  down: 'down: it failed its health check',
};

export function printGateway(ctx: CliContext, gateway: Gateway, workspace: string): void {
  const time = (instant: string | null) => relativeAndExact(instant, ctx.now());
  printFields(ctx, [
    ['Name', gateway.name],
    ['Id', gateway.id],
    ['Workspace', workspace],
    ['State', stateText(gateway), STATE_COLORS[gateway.state]],
    ...(gateway.fault === null ? [] : [['Fault', gateway.fault, 'red'] as const]),
    ['Snapshot version', versionText(gateway)],
    ['Serves while disconnected', staleText(gateway)],
    ['Labels', formatLabels(gateway.labels) || 'none'],
    ['Software', gateway.softwareVersion ?? 'unknown'],
    ['Joined', `${time(gateway.createdAt)}, by ${gateway.joinKeyId}`],
    ['Last seen', time(gateway.lastSeenAt)],
    witnessField(gateway, time),
    ...healthFields(gateway),
    ...gateway.upstreams.map(upstreamField),
    ...instanceFields(gateway, time),
  ]);
}

/** As people read it: `● connected, draining`. */
export function stateText({ state, draining }: { state: GatewayState; draining?: boolean }) {
  return `● ${state.replace('_', ' ')}${draining ? ', draining' : ''}`;
}

/** `12`, or `11 of 12` while it is behind. */
export function versionText({ appliedVersion, currentVersion }: Gateway): string {
  if (appliedVersion === currentVersion) return String(currentVersion);
  return `${appliedVersion ?? 'none'} of ${currentVersion}`;
}

function staleText({ staleMaxMs }: Gateway): string {
  return staleMaxMs === null ? 'without limit' : `for ${staleMaxMs / 1000} s, then refuses all`;
}

function healthFields({ callsPerMinute, cpuPercent, memoryBytes, spooledCalls }: Gateway): Field[] {
  const memory = memoryBytes === null ? null : Math.round(memoryBytes / MEBIBYTE);
  const fields: (Field | false)[] = [
    callsPerMinute !== null && ['Calls per minute', callsPerMinute.toLocaleString('en')],
    cpuPercent !== null && ['CPU', `${cpuPercent.toFixed(1)} % of one core`],
    memory !== null && ['Memory', `${memory} MiB`],
    spooledCalls !== null && ['Calls not yet reported', spooledCalls.toLocaleString('en')],
  ];
  return fields.filter((field) => field !== false);
}

function witnessField(
  { witness: { size, cosignedAt, alarm } }: Gateway,
  time: (instant: string) => string,
): Field {
  const cosigned =
    size === null || cosignedAt === null
      ? 'has cosigned nothing yet'
      : `cosigned ${counted(size, 'audit event')} ${time(cosignedAt)}`;
  if (alarm === null) return ['Witness', cosigned];
  return ['Witness', `${cosigned}. Alarm: ${alarm.kind}, ${time(alarm.at)}`, 'red'];
}

function upstreamField({ url, state }: Gateway['upstreams'][number]): Field {
  return ['Upstream', `${url} (${UPSTREAM_WORDS[state]})`, state === 'up' ? 'green' : 'red'];
}

function instanceFields(
  { instances, identityConflict }: Gateway,
  time: (instant: string) => string,
): Field[] {
  const places = instances.map(({ hostname, address, connectedAt }): Field => {
    return ['Connected from', `${hostname} (${address}) since ${time(connectedAt)}`];
  });
  if (!identityConflict) return places;
  const warning = 'its identity is used from two places; remove it, and let each join again';
  return [...places, ['Conflict', warning, 'red']];
}
