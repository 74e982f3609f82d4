import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { type Field, printFields, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeAndExact } from '../../text/relative-time.ts';

type Stats = RouteOutput<Routes['getKeyStats']>;

export function addKeyStats(keys: Command, cli: Cli): void {
  keys
    .command('stats')
    .description("show how many keys and calls there are, and how much of the plan's limit is used")
    .option(...JSON_OPTION)
    .action((options: JsonOption) => keyStats(cli, options));
}

async function keyStats({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const stats = await client.getKeyStats();
  if (json) return printJson(io, stats);
  printFields(io, [
    ['Keys ever created', stats.totalKeys.toLocaleString('en')],
    ['Active keys', stats.activeKeys.toLocaleString('en')],
    ['Calls, 24 hours', stats.apiCalls24h.toLocaleString('en')],
    ['Denied, 24 hours', stats.deniedCalls24h.toLocaleString('en')],
    ['Last call', relativeAndExact(stats.lastCallAt, io.now())],
    limitField(stats),
  ]);
}

function limitField({ keysUsed, keysMax, plan }: Stats): Field {
  const name = `Plan ${plan}`;
  if (keysMax === null) return [name, `${keysUsed} keys, without a limit`];
  const text = `${keysUsed} of ${keysMax} keys`;
  return keysUsed < keysMax ? [name, text] : [name, `${text}: full`, 'yellow'];
}
