import type { Role } from '@tollkeeper/contract';
import { printFields } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';

export function printRole(io: Surroundings, role: Role): void {
  printFields(io, [
    ['Name', role.name],
    ['Id', role.id],
    ['Kind', role.builtIn ? 'built in, fixed' : 'custom'],
    ...(role.description === '' ? [] : [['Description', role.description] as const]),
    ['Members', String(role.membersCount)],
    ['Scopes', role.scopes.join(' ') || 'none'],
  ]);
}
