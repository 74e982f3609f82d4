/** `tollkeeper keys …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addCreateKey } from './create-key.ts';
import { addDeleteKey } from './delete-key.ts';
import { addDisableKey } from './disable-key.ts';
import { addEnableKey } from './enable-key.ts';
import { addKeyPropagation } from './key-propagation.ts';
import { addKeyStats } from './key-stats.ts';
import { addListKeys } from './list-keys.ts';
import { addRenameKey } from './rename-key.ts';
import { addRevokeKey } from './revoke-key.ts';
import { addRotateKey } from './rotate-key.ts';
import { addShowKey } from './show-key.ts';
import { addUpdateKey } from './update-key.ts';

export function addKeys(program: Command, cli: Cli): void {
  const keys = program
    .command('keys')
    .description('create, list and manage API keys')
    .addHelpText(
      'after',
      '\n<key> is an id, an exact name, or a visible prefix such as tk_live_a1b2.\nSeveral of them, separated by spaces, make disable, enable, revoke and delete act on all.',
    );
  for (const add of [
    addListKeys,
    addCreateKey,
    addShowKey,
    addUpdateKey,
    addRenameKey,
    addDisableKey,
    addEnableKey,
    addRotateKey,
    addRevokeKey,
    addDeleteKey,
    addKeyPropagation,
    addKeyStats,
  ]) {
    add(keys, cli);
  }
}
