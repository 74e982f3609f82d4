import type { Gateway } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { type Field, printFields, printJson } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { formatLabels } from '../../text/labels.ts';
import { relativeAndExact } from '../../text/relative-time.ts';
import { STATE_COLOURS, stateText, versionText } from './gateway-state.ts';
import { GATEWAY_ARGUMENT, openGateway } from './open-gateway.ts';

const MEBIBYTE = 1024 * 1024;

export function addShowGateway(gateways: Command, cli: Cli): void {
  gateways
    .command('show')
    .description('show a gateway in detail')
    .argument(...GATEWAY_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => showGateway(cli, reference, options));
}

async function showGateway(cli: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { gateway } = await openGateway(cli, reference);
  if (json) printJson(cli.io, gateway);
  else printGateway(cli.io, gateway);
}

function printGateway(io: Surroundings, gateway: Gateway): void {
  const time = (instant: string | null) => relativeAndExact(instant, io.now());
  printFields(io, [
    ['Name', gateway.name],
    ['Id', gateway.id],
    ['Workspace', gateway.workspaceId],
    ['State', stateText(gateway), STATE_COLOURS[gateway.state]],
    ...(gateway.fault === null ? [] : [['Fault', gateway.fault, 'red'] as const]),
    ['Snapshot version', versionText(gateway)],
    ['Serves while disconnected', staleText(gateway)],
    ['Labels', formatLabels(gateway.labels) || 'none'],
    ['Software', gateway.softwareVersion ?? 'unknown'],
    ['Joined', `${time(gateway.createdAt)}, by ${gateway.joinKeyId}`],
    ['Last seen', time(gateway.lastSeenAt)],
    ...healthFields(gateway),
    ...instanceFields(gateway, time),
  ]);
}

function staleText({ staleMaxMs }: Gateway): string {
  return staleMaxMs === null ? 'without limit' : `for ${staleMaxMs / 1000} s, then refuses all`;
}

function healthFields(gateway: Gateway): Field[] {
  const { callsPerMinute, cpuPercent, memoryBytes, spooledCalls } = gateway;
  return [
    ...(callsPerMinute === null
      ? []
      : [['Calls per minute', callsPerMinute.toLocaleString('en')] as const]),
    ...(cpuPercent === null ? [] : [['CPU', `${cpuPercent.toFixed(1)} % of one core`] as const]),
    ...(memoryBytes === null
      ? []
      : [['Memory', `${Math.round(memoryBytes / MEBIBYTE)} MiB`] as const]),
    ...(spooledCalls === null
      ? []
      : [['Calls not yet reported', spooledCalls.toLocaleString('en')] as const]),
  ];
}

function instanceFields(
  { instances, identityConflict }: Gateway,
  time: (instant: string) => string,
): Field[] {
  const places = instances.map(({ hostname, address, connectedAt }): Field => {
    return ['Connected from', `${hostname} (${address}) since ${time(connectedAt)}`];
  });
  if (!identityConflict) return places;
  const warning = 'its identity is used from two places: remove it, and let each join anew';
  return [...places, ['Conflict', warning, 'red']];
}
