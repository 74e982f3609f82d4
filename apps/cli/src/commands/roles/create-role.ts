import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { splitList } from '../../options.ts';
import { hint, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printRole } from './print-role.ts';

interface CreateOptions extends JsonOption {
  readonly scopes: readonly string[];
  readonly description?: string;
}

export function addCreateRole(roles: Command, cli: Cli): void {
  roles
    .command('create')
    .description('create a role from scopes that you hold yourself')
    .argument('<name>', 'such as Release manager')
    .requiredOption('--scopes <scopes...>', 'such as api_keys.read,usage.read')
    .option('--description <text>', 'what it is for')
    .option(...JSON_OPTION)
    .action((name: string, options: CreateOptions) => createRole(cli, name, options));
}

async function createRole({ io }: Cli, name: string, options: CreateOptions): Promise<void> {
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
