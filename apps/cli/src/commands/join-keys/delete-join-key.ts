import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { findJoinKey } from '../../find-join-key.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

export function addDeleteJoinKey(joinKeys: Command, cli: Cli): void {
  joinKeys
    .command('delete')
    .description('delete a join key; gateways that have already joined stay connected')
    .argument('<join key>', 'id, exact name or visible prefix')
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((reference: string, options: JsonOption) => deleteJoinKey(cli, reference, options));
}

async function deleteJoinKey({ io }: Cli, reference: string, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const { id, name, prefix } = await findJoinKey(client, reference);
  await client.deleteJoinKey({ params: { id } });
  if (!json) printLine(io, `Deleted the join key "${name}" (${prefix}…).`);
}
