import { type ApiKey, KEY_SORTS, KEY_STATES, type KeyState } from '@tollkeeper/contract';
import { choice, flag, given, list, parsed, text, withDefault } from '../../command/option.ts';
import { readCount } from '../../command/option-values.ts';
import { verb } from '../../command/verb.ts';
import { listAll, refuseSecret } from '../../lookup.ts';
import { hint, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeTime } from '../../text/format.ts';
import type { Color, Column } from '../../text/table.ts';
import { findMemberId } from '../members.ts';
import { findWorkspaceId, workspaceNames } from '../workspaces.ts';
import { findKey } from './open-key.ts';

export const STATE_COLORS: Readonly<Record<KeyState, Color>> = {
  active: 'green',
  disabled: 'yellow',
  expired: 'red',
  revoked: 'red',
};

/** What matters least is last, since a narrow terminal leaves it out. */
const COLUMNS: readonly Column<ApiKey>[] = [
  { title: 'NAME', cell: (key) => key.name, widthMin: 12 },
  { title: 'PREFIX', cell: (key) => key.prefix },
  {
    title: 'STATE',
    cell: (key) => `● ${key.state}${key.canary ? ' (canary)' : ''}`,
    color: (key) => STATE_COLORS[key.state],
  },
  { title: 'LAST USED', cell: (key, now) => relativeTime(key.lastUsedAt, now) },
  {
    title: 'EXPIRES',
    cell: (key, now) => relativeTime(key.expiresAt, now),
    color: (key, now) => (isExpired(key, now) ? 'red' : undefined),
  },
];
const OPTIONAL_COLUMNS: readonly Column<ApiKey>[] = [
  { title: 'SCOPES', cell: (key) => String(key.scopes.length), align: 'right', optional: true },
  { title: 'CREATED', cell: (key, now) => relativeTime(key.createdAt, now), optional: true },
  { title: 'CREATED BY', cell: (key) => key.createdBy.name, widthMin: 8, optional: true },
];

export const listKeys = verb({
  name: 'list',
  alias: 'ls',
  summary: 'List keys, the newest first by default',
  examples: [
    'keys list --state active --sort lastUsedAt',
    'keys list --member me --search ci',
    'keys list --tag production --tag billing',
    'keys list --all --json',
  ],
  options: {
    state: choice('state', KEY_STATES, 'List only keys in this state'),
    search: text('text', 'List only keys with this text in their name, prefix or tags'),
    member: text('member', 'List only keys of this owner: "me", an id, an email or a name'),
    workspace: text('workspace', 'List only keys confined to this workspace: id or name'),
    createdBy: text('key', 'List only keys that this key created or rotated'),
    tag: list('tag', 'List only keys that have all of these tags'),
    sort: withDefault(choice('field', KEY_SORTS, 'Field to sort by'), 'createdAt'),
    order: withDefault(choice('order', ['asc', 'desc'], 'Order to sort in'), 'desc'),
    limit: withDefault(parsed('count', 'How many keys to list at most', readCount), 50),
    cursor: text('cursor', 'Continue from the nextCursor of an earlier answer with --json'),
    all: flag('List all keys, however many'),
  },
  run: async ({ ctx, options, json }) => {
    const { state, search, member, workspace, createdBy, tag, sort, order } = options;
    for (const text of [search ?? '', ...(tag ?? [])]) refuseSecret(text);
    const { client } = await connect(ctx);
    const filter = given({
      state,
      search: search || undefined,
      memberId: member ? await findMemberId(client, member) : undefined,
      workspaceId: workspace ? await findWorkspaceId(client, workspace) : undefined,
      createdByKeyId: createdBy ? (await findKey(client, createdBy)).id : undefined,
      tags: tag?.join(','),
    });
    const page = await listAll(
      (query) => client.listKeys({ query: { sort, order, ...filter, ...query } }),
      { countMax: options.all ? Number.POSITIVE_INFINITY : options.limit, from: options.cursor },
    );
    const isConfined = page.data.some(({ workspaceId }) => workspaceId !== null);
    const workspaces = isConfined && !json ? await workspaceNames(client) : undefined;
    return { page, workspaces, isFiltered: Object.keys(filter).length > 0 };
  },
  answer: ({ page }) => page,
  print: (ctx, { page, workspaces, isFiltered }) => {
    if (page.data.length === 0) return hint(ctx, isFiltered ? NO_MATCH : NO_KEYS);
    const workspace = workspaces ? [workspaceColumn(workspaces)] : [];
    const tags = page.data.some((key) => key.tags.length > 0) ? [TAGS] : [];
    printTable(ctx, [...COLUMNS, ...workspace, ...tags, ...OPTIONAL_COLUMNS], page.data);
    if (page.nextCursor === null) return;
    const count = `${page.data.length} of ${page.totalCount} keys`;
    hint(ctx, `This lists ${count}. Add --limit, --all or --search for others.`);
  },
});

const TAGS: Column<ApiKey> = {
  title: 'TAGS',
  cell: (key) => key.tags.join(', '),
  widthMin: 8,
  optional: true,
};

const NO_MATCH = 'No keys match these filters.';
const NO_KEYS = 'There are no keys yet. Run "tollkeeper keys create ci-pipeline" to create one.';

function workspaceColumn(names: ReadonlyMap<string, string>): Column<ApiKey> {
  const cell = ({ workspaceId: id }: ApiKey) => (id === null ? 'all' : (names.get(id) ?? id));
  return { title: 'WORKSPACE', cell, widthMin: 9, optional: true };
}

function isExpired({ expiresAt }: ApiKey, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}
