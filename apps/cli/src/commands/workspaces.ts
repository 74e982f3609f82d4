import { ENVIRONMENTS, type Workspace, workspaceId } from '@tollkeeper/contract';
import { ApiError, type Client } from '@tollkeeper/sdk';
import { choice, NAME, required, text, withDefault, YES } from '../command/option.ts';
import { requireName } from '../command/option-values.ts';
import { argument, type Noun, optionalArgument, verb } from '../command/verb.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import { counted, relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';

const WORKSPACE = argument('workspace', 'Id or name');

const COLUMNS: readonly Column<Workspace>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'ENVIRONMENT', cell: ({ environment }) => environment },
  { title: 'ALL KEYS', cell: ({ keysCount }) => String(keysCount), align: 'right' },
  { title: 'ID', cell: ({ id }) => id },
  {
    title: 'CREATED',
    cell: ({ createdAt }, now) => relativeTime(createdAt, now),
    optional: true,
  },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List all workspaces that you can see',
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return listAll((query) => client.listWorkspaces({ query }));
  },
  print: asTable(COLUMNS),
});

const create = verb({
  name: 'create',
  summary: 'Create a workspace',
  examples: ['workspaces create staging --environment test'],
  args: [optionalArgument('name', 'Such as production or staging')],
  options: {
    name: NAME,
    environment: withDefault(
      choice('environment', ENVIRONMENTS, 'Whether its keys begin with tk_live_ or tk_test_'),
      'live',
    ),
  },
  run: async ({ ctx, args: [argument], options }) => {
    const name = requireName(argument, options);
    const { client } = await connect(ctx);
    const { environment } = options;
    return client.createWorkspace(
      { body: { name, environment } },
      { idempotencyKey: ctx.createId() },
    );
  },
  print: (ctx, { name, id, environment }) => {
    const prefix = `its keys begin with tk_${environment}_`;
    printLine(ctx, `Created the workspace "${name}" (${id}); ${prefix}.`);
  },
});

const update = verb({
  name: 'update',
  summary: 'Give a workspace another name',
  examples: ['workspaces update staging --name preview'],
  args: [WORKSPACE],
  options: { name: required(text('name', 'New name')) },
  run: async ({ ctx, args: [reference], options: { name } }) => {
    const { client } = await connect(ctx);
    const id = await findWorkspaceId(client, reference);
    return client.updateWorkspace({ params: { id }, body: { name } });
  },
  print: (ctx, { name }, { args: [reference] }) =>
    printLine(ctx, `Renamed "${reference}" to "${name}".`),
});

const remove = verb({
  name: 'delete',
  summary: 'Delete a workspace with its keys, gateways and join keys',
  args: [WORKSPACE],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const workspace = await findWorkspace(client, reference);
    requireYesOrTerminal(ctx, yes);
    const { id, name } = workspace;
    const contents = contentsOf(workspace);
    if (!yes) {
      const what = `This deletes the workspace "${name}" and its ${contents} for good.`;
      await confirm(ctx, { what, ask: 'its name', answer: name });
    }
    // Without the name the server spares a workspace that got something in the meantime.
    await client.deleteWorkspace({ params: { id }, body: isEmpty(workspace) ? {} : { name } });
    return { name, contents };
  },
  print: (ctx, { name, contents }) =>
    printLine(ctx, `Deleted the workspace "${name}" and its ${contents}.`),
});

export const workspaces: Noun = {
  notes: '<workspace> is an id or a name.',
  verbs: [list, create, update, remove],
};

function isEmpty({ keysCount, gatewaysCount, joinKeysCount }: Workspace): boolean {
  return keysCount + gatewaysCount + joinKeysCount === 0;
}

function contentsOf({ keysCount, gatewaysCount, joinKeysCount }: Workspace): string {
  const keys = counted(keysCount, 'key');
  if (gatewaysCount + joinKeysCount === 0) return keys;
  return `${keys}, ${counted(gatewaysCount, 'gateway')} and ${counted(joinKeysCount, 'join key')}`;
}

/** The id of the workspace that a person means by an id or a name. Throws Failure if there is none. */
export async function findWorkspaceId(client: Client, reference: string): Promise<string> {
  if (workspaceId.safeParse(reference).success) return reference;
  return (await findWorkspace(client, reference)).id;
}

/** The workspace that a person means by an id or a name. Throws Failure if there is none. */
async function findWorkspace(client: Client, reference: string): Promise<Workspace> {
  const data = await listWorkspaces(client);
  const names = data.map(({ name }) => `"${name}"`).join(', ');
  return pickOne(
    data.filter(({ id, name }) => id === reference || name === reference),
    reference,
    {
      kind: 'workspace',
      advice: names ? `Choose one of ${names}.` : 'You can see no workspace.',
      candidate: ({ id, name }) => `${id}  ${name}`,
    },
  );
}

/** What the workspace is called, and its id; the id alone for callers who may not list workspaces. */
export async function workspaceText(client: Client, id: string | null): Promise<string> {
  if (id === null) return 'every workspace';
  const name = (await workspaceNames(client)).get(id);
  return name === undefined ? id : `${name} (${id})`;
}

/** What each workspace is called, by id. Callers who may not list workspaces see their ids only. */
export async function workspaceNames(client: Client): Promise<ReadonlyMap<string, string>> {
  try {
    return new Map((await listWorkspaces(client)).map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return new Map();
    throw error;
  }
}

/** Where something applies, in a table. */
export function placeIn(
  names: ReadonlyMap<string, string> | undefined,
  workspaceId: string | null,
): string {
  return workspaceId === null ? 'all' : (names?.get(workspaceId) ?? workspaceId);
}

async function listWorkspaces(client: Client): Promise<Workspace[]> {
  const { data } = await listAll((query) => client.listWorkspaces({ query }));
  return data;
}
