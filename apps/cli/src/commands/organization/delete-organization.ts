import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import type { YesOption } from '../../confirm.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { printLine } from '../../output.ts';
import { ask } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import {
  PASSWORD_OPTION,
  type PasswordOption,
  readOwnPassword,
  requirePasswordSource,
} from '../../session/own-password.ts';
import type { Surroundings } from '../../surroundings.ts';

interface DeleteOptions extends JsonOption, PasswordOption, YesOption {
  readonly name?: string;
}

export function addDeleteOrganization(organization: Command, cli: Cli): void {
  organization
    .command('delete')
    .description('revoke every key at once and shut everybody out; all is erased after 30 days')
    .option('--name <name>', "the organization's name, typed again; asked for on a terminal")
    .option('--yes', 'do not ask for the name')
    .option(...PASSWORD_OPTION)
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((options: DeleteOptions) => deleteOrganization(cli, options));
}

async function deleteOrganization({ io }: Cli, options: DeleteOptions): Promise<void> {
  requireName(io, options);
  const connection = await connect(io);
  requirePasswordSource(io, connection, options);
  const { client } = connection;
  const { organization } = await client.whoami();
  const question = `This deletes ${organization.name} and revokes every key. Type its name to go on: `;
  const name = options.name ?? (options.yes ? organization.name : await ask(io, question));
  if (name !== organization.name) {
    throw new Failure(EXIT.usage, 'That is not its name. Nothing was changed.');
  }
  await client.deleteOrganization({ body: { name, ...(await readOwnPassword(io, connection)) } });
  if (!options.json) printLine(io, `Deleted ${name}. Its audit log is kept for 30 days.`);
}

function requireName({ stdin }: Surroundings, { name, yes }: DeleteOptions): void {
  if (name !== undefined || yes || stdin.isTTY) return;
  const text = 'This cannot be undone, and there is no terminal to ask on. Give --name or --yes.';
  throw new Failure(EXIT.usage, text);
}
