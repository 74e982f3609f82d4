import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { NAME_OPTION, type NameOption, requireName, splitList } from '../../options.ts';
import { hint, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printRole } from './print-role.ts';

interface CreateOptions extends JsonOption, NameOption {
  readonly scopes: readonly string[];
  readonly description?: string;
}

export function addCreateRole(roles: Command, cli: Cli): void {
  roles
    .command('create')
    .description('create a role from scopes that you hold yourself')
    .argument('[name]', 'such as Release manager')
    .option(...NAME_OPTION)
    .requiredOption('--scopes <scopes...>', 'such as api_keys.read,usage.read')
    .option('--description <text>', 'what it is for')
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: CreateOptions) => createRole(cli, name, options));
}

async function createRole(
  { io }: Cli,
  argument: string | undefined,
  options: CreateOptions,
): Promise<void> {
  const name = requireName(argument, options);
  const { client } = await connect(io);
  const scopes = splitList(options.scopes) ?? [];
  const { description } = options;
  const role = await client.createRole(
    { body: { name, scopes, ...(description === undefined ? {} : { description }) } },
    { idempotencyKey: io.createId() },
  );
  if (options.json) return printJson(io, role);
  hint(io, `Created the role "${role.name}".`);
  printRole(io, role);
}
