import { PROFILES, type Profile } from '@tollkeeper/contract';
import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findWorkspaceId } from '../../find-workspace.ts';
import {
  expiryOption,
  NAME_OPTION,
  type NameOption,
  type OrNever,
  orNull,
  requireName,
  splitList,
} from '../../options.ts';
import { hint } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted } from '../../text/counted.ts';
import { relativeTime } from '../../text/relative-time.ts';
import { withDefaultExpiry } from './default-expiry.ts';
import { printSecret } from './print-secret.ts';

interface CreateOptions extends JsonOption, NameOption {
  readonly profile?: Profile;
  readonly scopes?: readonly string[];
  readonly workspace?: string;
  readonly expires?: OrNever<string>;
  readonly allowIp?: readonly string[];
}

export function addCreateKey(keys: Command, cli: Cli): void {
  keys
    .command('create')
    .description('create a key and print its secret, which is shown only once')
    .argument('[name]', 'such as cursor-dev, ci-pipeline or staging-gateway')
    .option(...NAME_OPTION)
    .addOption(
      new Option(
        '--profile <profile>',
        'preset of scopes (default: custom with --scopes, else workspace)',
      ).choices(PROFILES),
    )
    .option('--scopes <scopes...>', 'scopes of a custom key, such as api_keys.read,usage.read')
    .option('--workspace <workspace>', 'confine the key to it: id or name')
    .option(
      '--expires <when>',
      "30d, 2030-01-31, 2030-01-31T12:00Z or never (default: the organization's, else 90d)",
      expiryOption(cli.io.now),
    )
    .option('--allow-ip <range...>', 'accept the key only from these addresses or CIDR ranges')
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: CreateOptions) => createKey(cli, name, options));
}

async function createKey(
  { io }: Cli,
  argument: string | undefined,
  options: CreateOptions,
): Promise<void> {
  const name = requireName(argument, options);
  const { client, url } = await connect(io);
  const scopes = splitList(options.scopes);
  const profile = options.profile ?? (scopes ? 'custom' : 'workspace');
  const workspaceId = options.workspace && (await findWorkspaceId(client, options.workspace));
  const allowedIps = splitList(options.allowIp);
  const body = {
    name,
    profile,
    ...(scopes ? { scopes } : {}),
    ...(workspaceId ? { workspaceId } : {}),
    ...(allowedIps ? { allowedIps } : {}),
  };
  const create = (expiry: { readonly expiresAt?: string | null }) =>
    client.createKey({ body: { ...body, ...expiry } }, { idempotencyKey: io.createId() });
  const key =
    options.expires === undefined
      ? await withDefaultExpiry(client, io.now(), create)
      : await create({ expiresAt: orNull(options.expires) });
  if (!options.json) {
    const expiry = key.expiresAt
      ? `expires ${relativeTime(key.expiresAt, io.now())}`
      : 'never expires';
    hint(io, `Created "${key.name}" (${counted(key.scopes.length, 'scope')}, ${expiry}).`);
  }
  printSecret(io, key, options);
  if (!options.json) {
    hint(io, `Try it: curl -H "Authorization: Bearer <the key>" ${url}/v1/whoami`);
  }
}
