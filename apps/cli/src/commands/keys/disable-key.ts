import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { CHANGE_JSON_OPTION, changeKeys } from './change-keys.ts';
import { KEYS_ARGUMENT, openKeys } from './open-keys.ts';

export function addDisableKey(keys: Command, cli: Cli): void {
  keys
    .command('disable')
    .description('refuse every request with the keys until they are enabled again')
    .argument(...KEYS_ARGUMENT)
    .option(...CHANGE_JSON_OPTION)
    .action((references: string[], options: JsonOption) => disableKey(cli, references, options));
}

async function disableKey(cli: Cli, references: string[], options: JsonOption): Promise<void> {
  const { client, keys } = await openKeys(cli, references);
  const change = {
    done: 'Disabled',
    advice: '"tollkeeper keys enable" undoes it.',
    changeOne: (id: string) => client.disableKey({ params: { id } }),
    changeMany: (ids: string[]) => client.disableKeys({ body: { ids } }),
  };
  await changeKeys(cli, keys, change, options);
}
