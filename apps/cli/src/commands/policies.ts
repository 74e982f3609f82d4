import {
  POLICY_MODES,
  type Policy,
  type PolicySummary,
  type PolicyVersion,
} from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { choice, flag, given, NAME, parsed, required, text, YES } from '../command/option.ts';
import { readCount, requireChange, requireName } from '../command/option-values.ts';
import { argument, type Noun, optionalArgument, type Verb, verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { listAll } from '../lookup.ts';
import { asTable, hint, printFields, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import type { Column } from '../text/table.ts';
import { applyPolicies } from './policies/apply-policies.ts';
import { diffPolicies } from './policies/diff-policies.ts';
import { findPolicy, findPolicyId } from './policies/find-policy.ts';
import { policyPropagation } from './policies/policy-propagation.ts';
import { policySchema } from './policies/policy-schema.ts';
import { policyUsage } from './policies/policy-usage.ts';
import { pullPolicies } from './policies/pull-policies.ts';
import { readText } from './policies/read-text.ts';
import { replayPolicies } from './policies/replay-policies.ts';
import { simulatePolicies } from './policies/simulate-policies.ts';
import { findWorkspaceId, placeIn, workspaceNames, workspaceText } from './workspaces.ts';

const POLICY = argument('policy', 'Id or name');
const FILE = text('file', 'File with the Cedar text');
const MODE = choice('mode', POLICY_MODES, 'In shadow mode it is evaluated, but not enforced');
const DESCRIPTION = text('text', 'What the policy is for');

const COLUMNS: readonly Column<PolicySummary & { readonly place: string }>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'STATUS', cell: ({ status }) => status },
  { title: 'MODE', cell: ({ mode }) => mode },
  { title: 'VERSION', cell: ({ version }) => String(version), align: 'right' },
  { title: 'WORKSPACE', cell: ({ place }) => place },
  { title: 'ID', cell: ({ id }) => id },
];

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List policies',
  options: {
    workspace: text('workspace', 'Only policies that apply in this workspace: id or name'),
    search: text('text', 'Only policies whose name, description or text contains this'),
  },
  run: async ({ ctx, options: { workspace, search }, json }) => {
    const { client } = await connect(ctx);
    const filter = workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {};
    const page = await listAll((query) =>
      client.listPolicies({ query: { ...query, ...filter, ...given({ search }) } }),
    );
    const names = json || page.data.length === 0 ? undefined : await workspaceNames(client);
    const data = page.data.map((each) => ({ ...each, place: placeIn(names, each.workspaceId) }));
    return { page, data };
  },
  answer: ({ page }) => page,
  print: asTable(COLUMNS),
});

const show = verb({
  name: 'show',
  summary: 'Show a policy and its text',
  args: [POLICY],
  run: async ({ ctx, args: [reference], json }) => {
    const { client } = await connect(ctx);
    const id = await findPolicyId(client, reference);
    return withPlace(client, await client.getPolicy({ params: { id } }), json);
  },
  answer: ({ policy }) => policy,
  print: printPolicy,
});

const create = verb({
  name: 'create',
  summary: 'Create a policy from a file',
  examples: ['policies create "Office only" --workspace production --file office.cedar'],
  args: [optionalArgument('name', 'Such as "Office only"')],
  options: {
    name: NAME,
    workspace: text('workspace', 'Id or name; without it the policy needs --everywhere'),
    everywhere: flag('Apply in every workspace of the organization'),
    file: required(FILE),
    mode: MODE,
    description: DESCRIPTION,
    disabled: flag('Create it disabled'),
  },
  run: async ({ ctx, args: [argument], options, json }) => {
    const { workspace, everywhere, file, mode, description, disabled } = options;
    if ((workspace === undefined) === (everywhere === undefined)) {
      throw new Failure(EXIT.usage, 'Give either --workspace or --everywhere.');
    }
    const name = requireName(argument, options);
    const cedar = await readText(file);
    const { client } = await connect(ctx);
    const workspaceId = workspace === undefined ? null : await findWorkspaceId(client, workspace);
    const status = disabled ? ('disabled' as const) : undefined;
    const body = { name, workspaceId, text: cedar, ...given({ mode, description, status }) };
    const created = await client.createPolicy({ body }, { idempotencyKey: ctx.createId() });
    return withPlace(client, created, json);
  },
  answer: ({ policy }) => policy,
  print: (ctx, placed) => {
    hint(ctx, `Created the policy "${placed.policy.name}".`);
    printPolicy(ctx, placed);
  },
});

const update = verb({
  name: 'update',
  summary: 'Change a policy; a new text becomes a new version',
  args: [POLICY],
  options: { name: text('name', 'New name'), file: FILE, mode: MODE, description: DESCRIPTION },
  run: async ({ ctx, args: [reference], options: { file, ...others }, json }) => {
    const cedar = file === undefined ? undefined : await readText(file);
    const changes = given({ ...others, text: cedar });
    const body = requireChange(changes, '--name, --file, --mode or --description');
    const { client } = await connect(ctx);
    const id = await findPolicyId(client, reference);
    return withPlace(client, await client.updatePolicy({ params: { id }, body }), json);
  },
  answer: ({ policy }) => policy,
  print: (ctx, placed) => {
    hint(ctx, `Changed the policy "${placed.policy.name}".`);
    printPolicy(ctx, placed);
  },
});

function statusVerb(name: 'enable' | 'disable', summary: string): Verb {
  return verb({
    name,
    summary,
    args: [POLICY],
    run: async ({ ctx, args: [reference] }) => {
      const { client } = await connect(ctx);
      const params = { id: await findPolicyId(client, reference) };
      return name === 'enable' ? client.enablePolicy({ params }) : client.disablePolicy({ params });
    },
    print: (ctx, policy) => printLine(ctx, `The policy "${policy.name}" is ${policy.status}.`),
  });
}

const remove = verb({
  name: 'delete',
  summary: 'Delete a policy and its versions',
  args: [POLICY],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client } = await connect(ctx);
    const { id, name } = await findPolicy(client, reference);
    requireYesOrTerminal(ctx, yes);
    if (!yes) {
      const what = `This deletes the policy "${name}" and its versions for good.`;
      await confirm(ctx, { what, ask: 'its name', answer: name });
    }
    await client.deletePolicy({ params: { id } });
    return { name };
  },
  print: (ctx, { name }) => printLine(ctx, `Deleted the policy "${name}".`),
});

const versions = verb({
  name: 'versions',
  summary: 'List the versions of a policy, the newest first; --json includes their texts',
  args: [POLICY],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const id = await findPolicyId(client, reference);
    return listAll((query) => client.listPolicyVersions({ params: { id }, query }));
  },
  print: asTable<PolicyVersion>([
    { title: 'VERSION', cell: ({ number }) => String(number), align: 'right' },
    { title: 'CREATED', cell: ({ createdAt }) => createdAt },
    { title: 'BY', cell: ({ createdBy }) => createdBy?.name ?? 'came with the workspace' },
    { title: 'RESTORED', cell: ({ restoredFrom }) => (restoredFrom ? `from ${restoredFrom}` : '') },
  ]),
});

const restore = verb({
  name: 'restore',
  summary: 'Restore the text of an earlier version, as a new version',
  examples: ['policies restore "Office only" --to 3'],
  args: [POLICY],
  options: { to: required(parsed('version', 'Number of the version', readCount)) },
  run: async ({ ctx, args: [reference], options: { to } }) => {
    const { client } = await connect(ctx);
    const id = await findPolicyId(client, reference);
    return client.restorePolicy({ params: { id }, body: { version: to } });
  },
  print: (ctx, { name, version }) =>
    printLine(ctx, `Restored the policy "${name}", which is now at version ${version}.`),
});

const validate = verb({
  name: 'validate',
  summary: 'Check the text of a policy without saving it',
  args: [argument('file', 'File with the Cedar text')],
  run: async ({ ctx, args: [file] }) => {
    const cedar = await readText(file);
    const { client } = await connect(ctx);
    return client.validatePolicy({ body: { text: cedar } });
  },
  exitCode: ({ errors }) => (errors.length > 0 ? EXIT.invalidInput : EXIT.ok),
  print: (ctx, { errors, warnings }, { args: [file] }) => {
    for (const { line, column, message } of errors) {
      printLine(ctx, `${file}:${line}:${column}: ${message}`);
    }
    for (const { line, column, message } of warnings) {
      printLine(ctx, `${file}:${line}:${column}: warning: ${message}`);
    }
    if (errors.length === 0) hint(ctx, 'The policy is valid.');
  },
});

export const policies: Noun = {
  notes: '<policy> is an id or a name.',
  verbs: [
    ...[list, show, create, update],
    statusVerb('enable', 'Enable a policy'),
    statusVerb('disable', 'Disable a policy, so that gateways no longer evaluate it'),
    ...[remove, versions, restore, validate, simulatePolicies, replayPolicies, policyUsage],
    ...[policyPropagation, policySchema, pullPolicies, diffPolicies, applyPolicies],
  ],
};

/** With the name of its workspace, where a person reads it. */
async function withPlace<P extends Policy>(client: Client, policy: P, json: boolean) {
  return { policy, place: json ? '' : await workspaceText(client, policy.workspaceId) };
}

type Placed = Awaited<ReturnType<typeof withPlace<Policy>>>;

function printPolicy(ctx: CliContext, { policy, place }: Placed): void {
  printFields(ctx, [
    ['Name', policy.name],
    ['Id', policy.id],
    ['Workspace', place],
    ['Status', policy.status],
    ['Mode', policy.mode],
    ['Version', String(policy.version)],
    ...(policy.description === '' ? [] : [['Description', policy.description] as const]),
  ]);
  for (const line of policy.text.split('\n')) printLine(ctx, line);
}
