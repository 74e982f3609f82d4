import { ENVIRONMENTS, type Workspace } from '@tollkeeper/contract';
import { type Command, Option } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

interface CreateOptions extends JsonOption {
  readonly environment: Workspace['environment'];
}

export function addCreateWorkspace(workspaces: Command, cli: Cli): void {
  const environment = new Option('--environment <environment>', 'picks the prefix of its keys');
  workspaces
    .command('create')
    .description('create a workspace')
    .argument('<name>', 'such as production or staging')
    .addOption(environment.choices(ENVIRONMENTS).default('live'))
    .option(...JSON_OPTION)
    .action((name: string, options: CreateOptions) => createWorkspace(cli, name, options));
}

async function createWorkspace({ io }: Cli, name: string, options: CreateOptions): Promise<void> {
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
