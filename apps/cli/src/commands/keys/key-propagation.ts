import { apiKeyId, type KeyPropagation } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { findKey } from '../../find-key.ts';
import { hint, paint, printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';
import { STATE_COLOURS, stateText } from '../gateways/gateway-state.ts';
import { KEY_ARGUMENT } from './open-key.ts';

type Row = KeyPropagation['gateways'][number];

export function addKeyPropagation(keys: Command, cli: Cli): void {
  keys
    .command('propagation')
    .description(
      'show which gateways have applied the last change of the key, a deletion too; exits with 11 while one has not',
    )
    .argument(...KEY_ARGUMENT)
    .option(...JSON_OPTION)
    .action((reference: string, options: JsonOption) => keyPropagation(cli, reference, options));
}

async function keyPropagation(cli: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { io } = cli;
  const { client } = await connect(io);
  const id = await keyIdOf(client, reference);
  const propagation = await client.getKeyPropagation({ params: { id } });
  const { appliedCount, gatewaysCount } = propagation;
  cli.exitCode = appliedCount < gatewaysCount ? EXIT.notApplied : EXIT.ok;
  if (json) return printJson(io, propagation);
  if (propagation.gateways.length > 0) printTable(io, columns(io), propagation.gateways);
  hint(io, summary(propagation, io.now()));
}

/** An id is taken as it is: a key that was deleted has nothing else left. */
async function keyIdOf(client: Client, reference: string): Promise<string> {
  if (apiKeyId.safeParse(reference).success) return reference;
  return (await findKey(client, reference)).id;
}

function summary(propagation: KeyPropagation, now: Date): string {
  const { changedAt, appliedCount, gatewaysCount, slowestMs } = propagation;
  if (gatewaysCount === 0) return 'No gateway decides about this key.';
  const changed = changedAt === null ? '' : `Changed ${relativeTime(changedAt, now)}. `;
  const slowest = slowestMs === null ? '' : `, the slowest in ${duration(slowestMs)}`;
  return `${changed}Applied on ${appliedCount} of ${gatewaysCount}${slowest}.`;
}

function columns(io: Surroundings): readonly Column<Row>[] {
  return [
    { title: 'GATEWAY', cell: ({ name }) => name, widthMin: 12 },
    {
      title: 'STATE',
      cell: stateText,
      paint: (text, { state }) => paint(io, STATE_COLOURS[state], text),
    },
    {
      title: 'APPLIED',
      cell: (row) => appliedText(row, io.now()),
      paint: (text, { applied }) => paint(io, applied ? 'green' : 'yellow', text),
    },
    {
      title: 'TOOK',
      cell: ({ tookMs }) => (tookMs === null ? '' : duration(tookMs)),
      align: 'right',
    },
    { title: 'ID', cell: ({ gatewayId }) => gatewayId, optional: true },
  ];
}

function appliedText({ applied, appliedAt }: Row, now: Date): string {
  if (!applied) return 'not yet';
  return appliedAt === null ? 'yes' : relativeTime(appliedAt, now);
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
