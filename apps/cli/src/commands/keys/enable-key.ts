import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { CHANGE_JSON_OPTION, changeKeys } from './change-keys.ts';
import { KEYS_ARGUMENT, openKeys } from './open-keys.ts';

export function addEnableKey(keys: Command, cli: Cli): void {
  keys
    .command('enable')
    .description('accept disabled keys again')
    .argument(...KEYS_ARGUMENT)
    .option(...CHANGE_JSON_OPTION)
    .action((references: string[], options: JsonOption) => enableKey(cli, references, options));
}

async function enableKey(cli: Cli, references: string[], options: JsonOption): Promise<void> {
  const { client, keys } = await openKeys(cli, references);
  const change = {
    done: 'Enabled',
    changeOne: (id: string) => client.enableKey({ params: { id } }),
    changeMany: (ids: string[]) => client.enableKeys({ body: { ids } }),
  };
  await changeKeys(cli, keys, change, options);
}
