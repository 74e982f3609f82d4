import { KEY_SORTS, KEY_STATES, type KeySort, type KeyState } from '@tollkeeper/contract';
import type { Client } from '@tollkeeper/sdk';
import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findKey } from '../../find-key.ts';
import { findMemberId } from '../../find-member.ts';
import { findWorkspaceId, workspaceNames } from '../../find-workspace.ts';
import { listAll } from '../../list-all.ts';
import { countOption } from '../../options.ts';
import { hint, printJson, printTable } from '../../output.ts';
import { refuseSecret } from '../../session/api-key-text.ts';
import { connect } from '../../session/connect.ts';
import { keyColumns } from './key-columns.ts';

interface ListOptions extends JsonOption {
  readonly state?: KeyState;
  readonly search?: string;
  readonly member?: string;
  readonly workspace?: string;
  readonly createdBy?: string;
  readonly sort: KeySort;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string;
  readonly all?: true;
}

export function addListKeys(keys: Command, cli: Cli): void {
  keys
    .command('list')
    .alias('ls')
    .description('list keys, the newest first unless said otherwise')
    .addOption(new Option('--state <state>', 'only keys in this state').choices(KEY_STATES))
    .option('--search <text>', 'part of the name or of the prefix')
    .option('--member <member>', 'only keys of this owner: me, an email or an id')
    .option('--workspace <workspace>', 'only keys confined to it: id or name')
    .option('--created-by <key>', 'only keys that this key created, or gave a new secret')
    .addOption(new Option('--sort <field>').choices(KEY_SORTS).default('createdAt'))
    .addOption(new Option('--order <order>').choices(['asc', 'desc']).default('desc'))
    .option('--limit <count>', 'how many at most', countOption, 50)
    .option('--cursor <cursor>', 'go on from the nextCursor of a --json answer')
    .option('--all', 'all of them')
    .option(...JSON_OPTION)
    .action((options: ListOptions) => listKeys(cli, options));
}

async function listKeys({ io }: Cli, options: ListOptions): Promise<void> {
  refuseSecret(options.search ?? '');
  const { client } = await connect(io);
  const filter = await filterOf(client, options);
  const countMax = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const page = await listAll(
    countMax,
    (query) => client.listKeys({ query: { ...filter, ...query } }),
    options.cursor,
  );
  if (options.json) return printJson(io, page);
  if (page.data.length === 0) return hint(io, emptyText(options));
  const isConfined = page.data.some(({ workspaceId }) => workspaceId !== null);
  const workspaces = isConfined ? await workspaceNames(client) : undefined;
  printTable(io, keyColumns(io, workspaces), page.data);
  if (page.nextCursor !== null) {
    hint(
      io,
      `${page.data.length} of ${page.totalCount}. Give --limit, --all or --search for others.`,
    );
  }
}

async function filterOf(client: Client, options: ListOptions) {
  const { state, search, member, workspace, createdBy, sort, order } = options;
  return {
    sort,
    order,
    ...(state ? { state } : {}),
    ...(search ? { search } : {}),
    ...(member ? { memberId: await findMemberId(client, member) } : {}),
    ...(workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {}),
    ...(createdBy ? { createdByKeyId: (await findKey(client, createdBy)).id } : {}),
  };
}

function emptyText({ state, search, member, workspace, createdBy }: ListOptions): string {
  const filtered = state ?? search ?? member ?? workspace ?? createdBy;
  if (filtered !== undefined) return 'No key fits.';
  return 'There are no keys yet. Run "tollkeeper keys create ci-pipeline" to make the first one.';
}
