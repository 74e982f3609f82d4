/** `tollkeeper join-keys …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addCreateJoinKey } from './create-join-key.ts';
import { addDeleteJoinKey } from './delete-join-key.ts';
import { addListJoinKeys } from './list-join-keys.ts';

export function addJoinKeys(program: Command, cli: Cli): void {
  const joinKeys = program
    .command('join-keys')
    .description('create, list and delete the keys with which gateways join the fleet')
    .addHelpText(
      'after',
      '\n<join key> is an id, an exact name, or a visible prefix such as tk_join_a1b2.',
    );
  for (const add of [addListJoinKeys, addCreateJoinKey, addDeleteJoinKey]) add(joinKeys, cli);
}
