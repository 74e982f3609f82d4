/** `tollkeeper gateways …`: one file per verb. Running one is `tollkeeper gateway`. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addDrainGateway } from './drain-gateway.ts';
import { addLabelGateway } from './label-gateway.ts';
import { addListGateways } from './list-gateways.ts';
import { addRemoveGateway } from './remove-gateway.ts';
import { addRenameGateway } from './rename-gateway.ts';
import { addShowGateway } from './show-gateway.ts';

export function addGateways(program: Command, cli: Cli): void {
  const gateways = program
    .command('gateways')
    .description('list and manage the gateways of the fleet')
    .addHelpText('after', '\n<gateway> is an id or an exact name.');
  for (const add of [
    addListGateways,
    addShowGateway,
    addRenameGateway,
    addLabelGateway,
    addDrainGateway,
    addRemoveGateway,
  ]) {
    add(gateways, cli);
  }
}
