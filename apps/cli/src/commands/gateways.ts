import { type Gateway, gatewayId, type Labels } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { given, text, words, YES } from '../command/option.ts';
import { parseLabels, requireChange } from '../command/option-values.ts';
import { argument, type Noun, verb } from '../command/verb.ts';
import { listAll, pickOne } from '../lookup.ts';
import { asTable, type Field, printLine } from '../output.ts';
import { confirm, requireYesOrTerminal } from '../prompt.ts';
import { sendEdit } from '../send-edit.ts';
import { connect } from '../session/connect.ts';
import { formatLabels, relativeTime } from '../text/format.ts';
import type { Column } from '../text/table.ts';
import { printGateway, STATE_COLORS, stateText, versionText } from './print-gateway.ts';
import { findWorkspaceId, workspaceText } from './workspaces.ts';

const GATEWAY = argument('gateway', 'Id or exact name');

const COLUMNS: readonly Column<Gateway>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'STATE', cell: stateText, color: ({ state }) => STATE_COLORS[state] },
  { title: 'VERSION', cell: versionText, align: 'right' },
  { title: 'LAST SEEN', cell: ({ lastSeenAt }, now) => relativeTime(lastSeenAt, now) },
  {
    title: 'CALLS/MIN',
    cell: ({ callsPerMinute }) => callsPerMinute?.toLocaleString('en') ?? '',
    align: 'right',
  },
  { title: 'ID', cell: ({ id }) => id },
  { title: 'LABELS', cell: ({ labels }) => formatLabels(labels), widthMin: 8, optional: true },
  { title: 'FAULT', cell: faultText, widthMin: 8, optional: true },
];

/** The kind of the alarm of its witness first: `show` has its words. */
function faultText({ fault, witness: { alarm } }: Gateway): string {
  return [alarm && `Audit log alarm: ${alarm.kind}.`, fault].filter(Boolean).join(' ');
}

const list = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List gateways with their states and versions',
  options: { workspace: text('workspace', 'List only the gateways of this workspace: id or name') },
  run: async ({ ctx, options: { workspace } }) => {
    const { client } = await connect(ctx);
    const filter = workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {};
    return listAll((query) => client.listGateways({ query: { ...filter, ...query } }));
  },
  print: asTable(COLUMNS, {
    empty: 'There are no gateways yet. Run "tollkeeper join-keys create" to add the first one.',
    remark: ({ id, name, identityConflict }) =>
      identityConflict
        ? `"${name}" is used from two places: see "tollkeeper gateways show ${id}".`
        : undefined,
  }),
});

const show = verb({
  name: 'show',
  summary: 'Show a gateway in detail',
  args: [GATEWAY],
  run: async ({ ctx, args: [reference] }) => {
    const { client, gateway } = await openGateway(ctx, reference);
    return { gateway, workspace: await workspaceText(client, gateway.workspaceId) };
  },
  answer: ({ gateway }) => gateway,
  print: (ctx, { gateway, workspace }) => printGateway(ctx, gateway, workspace),
});

const update = verb({
  name: 'update',
  summary: 'Change the name or the labels of a gateway',
  examples: [
    'gateways update edge-1 --name edge-eu',
    'gateways update edge-1 --add-label region=eu-1 tier=a --remove-label spot',
  ],
  args: [GATEWAY],
  options: {
    name: text('name', 'New name'),
    addLabel: words('label', 'Labels to set, such as region=eu-1; the others stay'),
    removeLabel: words('name', 'Names of labels to remove'),
  },
  run: async ({ ctx, args: [reference], options }) => {
    requireChange(given(options), '--name, --add-label or --remove-label');
    const { name, addLabel = [], removeLabel = [] } = options;
    const added = parseLabels(addLabel);
    const { client, gateway, params } = await openGateway(ctx, reference);
    if (addLabel.length + removeLabel.length === 0) {
      return client.updateGateway({ params, body: given({ name }) });
    }
    // The list replaces that of the gateway, so it must be the one that was read.
    const labels = without({ ...gateway.labels, ...added }, removeLabel);
    return sendEdit({
      read: gateway,
      readAgain: () => client.getGateway({ params }),
      fieldsOf,
      send: () =>
        client.updateGateway({ params, body: given({ name, labels, etag: gateway.etag }) }),
    });
  },
  print: (ctx, { name, labels }) =>
    printLine(ctx, `Changed "${name}"; its labels: ${formatLabels(labels) || 'none'}.`),
});

const drain = verb({
  name: 'drain',
  summary: 'Let a gateway report that it is not ready, so that others take over',
  args: [GATEWAY],
  run: ({ ctx, args: [reference] }) => setDraining(ctx, reference, true),
  print: (ctx, { name }) =>
    printLine(ctx, `"${name}" is draining. "tollkeeper gateways undrain" undoes it.`),
});

const undrain = verb({
  name: 'undrain',
  summary: 'Let a gateway accept requests again',
  args: [GATEWAY],
  run: ({ ctx, args: [reference] }) => setDraining(ctx, reference, false),
  print: (ctx, { name }) => printLine(ctx, `"${name}" accepts requests again.`),
});

const remove = verb({
  name: 'remove',
  summary: 'Remove a gateway, which deletes its snapshot and refuses every request',
  args: [GATEWAY],
  options: { yes: YES },
  json: 'nothing',
  run: async ({ ctx, args: [reference], options: { yes } }) => {
    const { client, gateway, params } = await openGateway(ctx, reference);
    requireYesOrTerminal(ctx, yes);
    const { name } = gateway;
    const what = `This removes "${name}" from the fleet. It refuses every request from then on.`;
    if (!yes) await confirm(ctx, { what, ask: 'its name', answer: name });
    await client.deleteGateway({ params });
    return { name };
  },
  print: (ctx, { name }) => printLine(ctx, `Removed "${name}".`),
});

/** Running a gateway is `tollkeeper gateway`. */
export const gateways: Noun = {
  notes: '<gateway> is an id or an exact name.',
  verbs: [list, show, update, drain, undrain, remove],
};

/** Connects and finds the gateway that a person means by an id or an exact name. Throws Failure. */
async function openGateway(
  ctx: CliContext,
  reference: string,
): Promise<{ client: Client; gateway: Gateway; params: { id: string } }> {
  const { client } = await connect(ctx);
  const gateway = await findGateway(client, reference);
  return { client, gateway, params: { id: gateway.id } };
}

async function findGateway(client: Client, reference: string): Promise<Gateway> {
  if (gatewayId.safeParse(reference).success) {
    return client.getGateway({ params: { id: reference } });
  }
  const { data } = await listAll((query) => client.listGateways({ query }));
  const called = data.filter(({ name }) => name === reference);
  return pickOne(called, reference, {
    kind: 'gateway',
    advice: 'Run "tollkeeper gateways list" to see them.',
    candidate: ({ id, name, state }) => `${id}  ${state}  ${name}`,
  });
}

async function setDraining(ctx: CliContext, reference: string, draining: boolean) {
  const { client, params } = await openGateway(ctx, reference);
  return client.updateGateway({ params, body: { draining } });
}

/** All that an edit can set. */
function fieldsOf({ name, labels, draining }: Gateway): Field[] {
  return [
    ['Name', name],
    ['Labels', formatLabels(labels) || 'none'],
    ['Draining', draining ? 'yes' : 'no'],
  ];
}

function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}
