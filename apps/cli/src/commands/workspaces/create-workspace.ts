import { ENVIRONMENTS, type Workspace } from '@tollkeeper/contract';
import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { NAME_OPTION, type NameOption, requireName } from '../../options.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

interface CreateOptions extends JsonOption, NameOption {
  readonly environment: Workspace['environment'];
}

export function addCreateWorkspace(workspaces: Command, cli: Cli): void {
  const environment = new Option('--environment <environment>', 'picks the prefix of its keys');
  workspaces
    .command('create')
    .description('create a workspace')
    .argument('[name]', 'such as production or staging')
    .option(...NAME_OPTION)
    .addOption(environment.choices(ENVIRONMENTS).default('live'))
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: CreateOptions) =>
      createWorkspace(cli, name, options),
    );
}

async function createWorkspace(
  { io }: Cli,
  argument: string | undefined,
  options: CreateOptions,
): Promise<void> {
  const name = requireName(argument, options);
  const { client } = await connect(io);
  const { environment } = options;
  const workspace = await client.createWorkspace(
    { body: { name, environment } },
    { idempotencyKey: io.createId() },
  );
  if (options.json) return printJson(io, workspace);
  const prefix = `its keys begin with tk_${workspace.environment}_`;
  printLine(io, `Created the workspace "${workspace.name}" (${workspace.id}); ${prefix}.`);
}
