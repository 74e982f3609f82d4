import { type Role, roleId } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { given, list as listOption, NAME, required, text, YES } from '../command/option.ts';
import { requireChange, requireName } from '../command/option-values.ts';
import { argument, type Noun, optionalArgument, verb } from '../command/verb.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, hint, printFields, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import type { Column } from '../text/table.ts';

const ROLE = argument('role', 'Id or name');

const COLUMNS: readonly Column<Role>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'KIND', cell: ({ builtIn }) => (builtIn ? 'built in' : 'custom') },
  { title: 'SCOPES', cell: ({ scopes }) => String(scopes.length), align: 'right' },
  { title: 'MEMBERS', cell: ({ membersCount }) => String(membersCount), align: 'right' },
  { title: 'ID', cell: ({ id }) => id },
  { title: 'DESCRIPTION', cell: ({ description }) => description, widthMin: 16, optional: true },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List all roles, the built-in ones first',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listRoles({ query }));
  },
  print: asTable(COLUMNS),
});

const show = verb({
  name: 'show',
  summary: 'Show a role and its scopes',
  args: [ROLE],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    return findRole(client, reference);
  },
  print: printRole,
});

const create = verb({
  name: 'create',
  summary: 'Create a role from scopes that you hold yourself',
  examples: ['roles create "Release manager" --scopes api_keys.read,usage.read'],
  args: [optionalArgument('name', 'Such as "Release manager"')],
  options: {
    name: NAME,
    scopes: required(listOption('scopes', 'Such as api_keys.read,usage.read')),
    description: text('text', 'What the role is for'),
  },
  run: async ({ ctx, args: [argument], options }) => {
    const name = requireName(argument, options);
    const { client } = await connect(ctx);
    const { scopes, description } = options;
    return client.createRole(
      { body: { name, scopes, ...given({ description }) } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, role) => {
    hint(ctx, `Created the role "${role.name}".`);
    printRole(ctx, role);
  },
});

const update = verb({
  name: 'update',
  summary: 'Change a custom role, and with it what its members and their keys may do',
  examples: ['roles update "Release manager" --scopes api_keys.read,audit.read'],
  args: [ROLE],
  options: {
    name: text('name', 'New name'),
    scopes: listOption('scopes', 'All scopes of the role, which replace those that it has'),
    description: text('text', 'What the role is for'),
  },
  run: async ({ ctx, args: [reference], options }) => {
    const body = requireChange(given(options), '--name, --scopes or --description');
    const { client } = await connect(ctx);
    const id = await findRoleId(client, reference);
    return client.updateRole({ params: { id }, body });
  },
  print: (ctx, role) => {
    hint(ctx, `Changed the role "${role.name}".`);
    printRole(ctx, role);
  },
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a custom role; one in use needs a replacement',
  examples: ['roles delete "Release manager" --replacement developer'],
  args: [ROLE],
  options: {
    replacement: text('role', 'Role that its members and invitations get instead: id or name'),
    yes: YES,
  },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { replacement, yes } }) => {
    const { client } = await connect(ctx);
    const { id, name, membersCount } = await findRole(client, reference);
    const replacementRoleId = replacement && (await findRoleId(client, replacement));
    requireYesOrTerminal(ctx, yes);
    if (!yes) {
      const holders = membersCount === 1 ? '1 member has it' : `${membersCount} members have it`;
      const what = `This deletes the role "${name}" for good. ${holders}.`;
      await confirm(ctx, { what, ask: 'its name', answer: name });
    }
    await client.deleteRole({
      params: { id },
      query: replacementRoleId ? { replacementRoleId } : {},
    });
    return { name };
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the role "${name}".`),
});

export const roles: Noun = {
  notes: '<role> is an id or a name. The built-in roles cannot be changed.',
  verbs: [list, show, create, update, remove],
};

function printRole(ctx: CliContext, role: Role): void {
  printFields(ctx, [
    ['Name', role.name],
    ['Id', role.id],
    ['Kind', role.builtIn ? 'built in, cannot be changed' : 'custom'],
    ...(role.description === '' ? [] : [['Description', role.description] as const]),
    ['Members', String(role.membersCount)],
    ['Scopes', role.scopes.join(' ') || 'none'],
  ]);
}

/** The id of the role that a person means by an id or a name. Throws Failure if there is none. */
export async function findRoleId(client: Client, reference: string): Promise<string> {
  if (roleId.safeParse(reference).success) return reference;
  return (await findRole(client, reference)).id;
}

/** The role that a person means by an id, or a name in any case. Throws Failure if there is none. */
export async function findRole(client: Client, reference: string): Promise<Role> {
  const { data } = await listAll((query) => client.listRoles({ query }));
  const byId = data.filter(({ id }) => id === reference);
  // No two roles have a name that differs in case only.
  const name = reference.trim().toLowerCase();
  const byName = data.filter((role) => role.name.trim().toLowerCase() === name);
  return pickOne(byId.length > 0 ? byId : byName, reference, {
    kind: 'role',
    advice: 'Run "tollkeeper roles list" to see them.',
    candidate: (role) => `${role.id}  ${role.name}`,
  });
}
