/** `tollkeeper organization …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addDeleteOrganization } from './delete-organization.ts';
import { addSetOrganization } from './set-organization.ts';
import { addShowOrganization } from './show-organization.ts';
import { addTransferOrganization } from './transfer-organization.ts';

export function addOrganization(program: Command, cli: Cli): void {
  const organization = program
    .command('organization')
    .alias('org')
    .description('see and change the organization itself');
  for (const add of [
    addShowOrganization,
    addSetOrganization,
    addTransferOrganization,
    addDeleteOrganization,
  ]) {
    add(organization, cli);
  }
}
