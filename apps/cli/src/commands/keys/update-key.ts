import type { ApiKey, RouteInput, Routes } from '@tollkeeper/contract';
import { type Command, Option } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { agree, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { expiryOption, type OrNever, orNull, requireChange, splitList } from '../../options.ts';
import { hint, printFields, printJson, printLine } from '../../output.ts';
import { changesOf } from './key-changes.ts';
import { KEY_ARGUMENT, openKey } from './open-key.ts';

type Body = RouteInput<Routes['updateKey']>['body'];

interface UpdateOptions extends JsonOption, YesOption {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly addScopes?: readonly string[];
  readonly removeScopes?: readonly string[];
  readonly expires?: OrNever<string>;
  readonly allowIp?: readonly string[];
  readonly allowAnyIp?: true;
}

const OPTIONS =
  '--name, --scopes, --add-scopes, --remove-scopes, --expires, --allow-ip or --allow-any-ip';

export function addUpdateKey(keys: Command, cli: Cli): void {
  keys
    .command('update')
    .description('change the name, scopes, expiry or addresses; shows the changes and asks first')
    .argument(...KEY_ARGUMENT)
    .option('--name <name>', 'the new name')
    .addOption(
      new Option('--scopes <scopes...>', 'all scopes of the key, replacing those it has').conflicts(
        ['addScopes', 'removeScopes'],
      ),
    )
    .option('--add-scopes <scopes...>', 'scopes to add to those it has')
    .option('--remove-scopes <scopes...>', 'scopes to remove')
    .option(
      '--expires <when>',
      '30d from now, 2030-01-31, 2030-01-31T12:00Z or never',
      expiryOption(cli.io.now),
    )
    .option('--allow-ip <range...>', 'accept the key only from these addresses or CIDR ranges')
    .addOption(new Option('--allow-any-ip', 'accept it from anywhere').conflicts('allowIp'))
    .option('--yes', 'do not ask')
    .option('--json', "do not ask; print the API's JSON, for scripts")
    .action((reference: string, options: UpdateOptions) => updateKey(cli, reference, options));
}

async function updateKey(cli: Cli, reference: string, options: UpdateOptions): Promise<void> {
  const { io } = cli;
  const { yes, json } = options;
  requireChange(givenOf(options), OPTIONS);
  const { client, key, params } = await openKey(cli, reference);
  requireYesOrTerminal(io, yes ?? json);
  const body = bodyOf(key, options);
  const changes = changesOf(key, body, io.now());
  if (changes.length === 0) {
    if (json) return printJson(io, key);
    return hint(io, `Nothing to change: "${key.name}" is like that already.`);
  }
  if (!json) printFields(io, changes);
  if (!yes && !json) await agree(io, `Apply these changes to "${key.name}" (${key.prefix}…)?`);
  const updated = await client.updateKey({ params, body });
  if (json) return printJson(io, updated);
  printLine(io, `Changed "${updated.name}" (${updated.prefix}…).`);
}

/** The options that ask for a change. */
function givenOf({ yes: _, json: __, ...given }: UpdateOptions) {
  return given;
}

function bodyOf(key: ApiKey, options: UpdateOptions): Body {
  const { name, expires } = options;
  const scopes = scopesOf(key, options);
  const allowedIps = options.allowAnyIp ? [] : splitList(options.allowIp);
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(expires === undefined ? {} : { expiresAt: orNull(expires) }),
    ...(allowedIps === undefined ? {} : { allowedIps }),
  };
}

function scopesOf(key: ApiKey, options: UpdateOptions): string[] | undefined {
  const given = splitList(options.scopes);
  const added = splitList(options.addScopes);
  const removed = splitList(options.removeScopes);
  if (given !== undefined || (added === undefined && removed === undefined)) return given;
  const scopes = new Set<string>([...key.scopes, ...(added ?? [])]);
  for (const scope of removed ?? []) scopes.delete(scope);
  return [...scopes];
}
