/** `tollkeeper security …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addSetSecurity } from './set-security.ts';
import { addShowSecurity } from './show-security.ts';

export function addSecurity(program: Command, cli: Cli): void {
  const security = program
    .command('security')
    .description('see and change the rules that all keys and sessions must meet');
  for (const add of [addShowSecurity, addSetSecurity]) add(security, cli);
}
