/** `tollkeeper members …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addChangeRole } from './change-role.ts';
import { addListMembers } from './list-members.ts';
import { addReinstateMember } from './reinstate-member.ts';
import { addRemoveMember } from './remove-member.ts';
import { addSuspendMember } from './suspend-member.ts';

export function addMembers(program: Command, cli: Cli): void {
  const members = program
    .command('members')
    .description('list members and change what they may do')
    .addHelpText('after', '\n<member> is "me", an id, an email or an exact name.');
  for (const add of [
    addListMembers,
    addChangeRole,
    addSuspendMember,
    addReinstateMember,
    addRemoveMember,
  ]) {
    add(members, cli);
  }
}
