import type { JoinKeyWithSecret } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { findWorkspaceId } from '../../find-workspace.ts';
import {
  countOption,
  durationOption,
  findName,
  NAME_OPTION,
  type NameOption,
} from '../../options.ts';
import { hint, printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../text/counted.ts';
import { parseLabels } from '../../text/labels.ts';
import { relativeTime } from '../../text/relative-time.ts';

interface CreateOptions extends JsonOption, NameOption {
  readonly workspace?: string;
  readonly lifetime?: number;
  readonly uses?: number;
  readonly label?: readonly string[];
}

export function addCreateJoinKey(joinKeys: Command, cli: Cli): void {
  joinKeys
    .command('create')
    .description('create a join key and print its secret, which is shown only once')
    .argument('[name]', 'what it is for, such as "eu-west edge"')
    .option(...NAME_OPTION)
    .option('--workspace <workspace>', 'the workspace whose fleet gateways join: id or name')
    .option(
      '--lifetime <duration>',
      'until it expires, such as 30m or 7d (default: 1h)',
      durationOption,
    )
    .option('--uses <count>', 'how many gateways may join with it (default: 1)', countOption)
    .option('--label <label...>', 'for every gateway that joins with it, such as region=eu-1')
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: CreateOptions) =>
      createJoinKey(cli, name, options),
    );
}

async function createJoinKey(
  { io }: Cli,
  argument: string | undefined,
  options: CreateOptions,
): Promise<void> {
  const name = findName(argument, options);
  const labels = options.label && parseLabels(options.label);
  const { client, url } = await connect(io);
  const workspaceId = options.workspace && (await findWorkspaceId(client, options.workspace));
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(workspaceId ? { workspaceId } : {}),
    ...(options.lifetime === undefined ? {} : { lifetimeSeconds: options.lifetime }),
    ...(options.uses === undefined ? {} : { usesMax: options.uses }),
    ...(labels ? { labels } : {}),
  };
  const joinKey = await client.createJoinKey({ body }, { idempotencyKey: io.createId() });
  if (options.json) printJson(io, joinKey);
  const secret = requireSecret(joinKey);
  if (!options.json) printForPerson(io, joinKey, secret, url);
}

/** Throws Failure if the answer holds none: a repeated creation does not show it again. */
function requireSecret({ id, secret }: JoinKeyWithSecret): string {
  if (secret !== undefined) return secret;
  const text = 'The join key exists, but its secret was lost with the connection.';
  const advice = `Run "tollkeeper join-keys delete ${id}" and create another one.`;
  throw new Failure(EXIT.unexpected, `${text} ${advice}`);
}

/** The secret alone on standard output, so that `KEY=$(tollkeeper join-keys create)` works. */
function printForPerson(
  io: Surroundings,
  { name, usesMax, expiresAt }: JoinKeyWithSecret,
  secret: string,
  url: string,
): void {
  const expiry = relativeTime(expiresAt, io.now());
  hint(io, `Created "${name}" for ${counted(usesMax, 'gateway')}; it expires ${expiry}.`);
  hint(io, 'Its secret is shown only now:');
  printLine(io, secret);
  if (!io.stdout.isTTY) return;
  hint(
    io,
    'Run this in a clone of Tollkeeper on the machine of the gateway, with the address of what it guards:',
  );
  hint(
    io,
    `TOLLKEEPER_JOIN_KEY=${secret} npx tollkeeper gateway --control-plane ${url} --upstream http://127.0.0.1:3000`,
  );
}
