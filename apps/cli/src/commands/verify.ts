import { isScope, type RouteOutput, type Routes, type Scope } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { findWorkspaceId } from '../find-workspace.ts';
import { splitList } from '../options.ts';
import { printFields, printJson } from '../output.ts';
import { readSecret } from '../prompt.ts';
import { connect } from '../session/connect.ts';
import type { Surroundings } from '../surroundings.ts';
import { relativeAndExact } from '../text/relative-time.ts';

interface VerifyOptions extends JsonOption {
  readonly keyStdin?: true;
  readonly scope?: readonly string[];
  readonly ip?: string;
  readonly workspace?: string;
}

type Verification = RouteOutput<Routes['verifyKey']>;

export function addVerify(program: Command, cli: Cli): void {
  program
    .command('verify')
    .description('ask whether a key is valid; exits with 0 if it is and with 10 if not')
    .option('--key-stdin', 'read the key from standard input; asked for on a terminal')
    .option('--scope <scope...>', 'scopes that must all be in force')
    .option('--ip <address>', 'where the key was used from')
    .option('--workspace <workspace>', 'where the key is used: id or name')
    .option(...JSON_OPTION)
    .action((options: VerifyOptions) => verify(cli, options));
}

async function verify(cli: Cli, options: VerifyOptions): Promise<void> {
  const { io } = cli;
  if (!options.keyStdin && !io.stdin.isTTY) {
    throw new Failure(EXIT.usage, 'There is no terminal to ask on. Give --key-stdin.');
  }
  const scopes = splitList(options.scope)?.map(parseScope);
  const { client } = await connect(io);
  const workspaceId = options.workspace && (await findWorkspaceId(client, options.workspace));
  const key = (await readSecret(io, 'Key to verify: ')).trim();
  const answer = await client.verifyKey({
    body: {
      key,
      ...(scopes ? { scopes } : {}),
      ...(options.ip ? { ip: options.ip } : {}),
      ...(workspaceId ? { workspaceId } : {}),
    },
  });
  cli.exitCode = answer.valid ? EXIT.ok : EXIT.keyNotValid;
  if (options.json) printJson(io, answer);
  else printVerification(io, answer);
}

function printVerification(io: Surroundings, answer: Verification): void {
  const { valid, code, name, keyId, workspaceId, memberId, expiresAt, scopes } = answer;
  printFields(io, [
    ['Answer', valid ? 'valid' : `not valid: ${code}`, valid ? 'green' : 'red'],
    ...(keyId === null ? [] : [['Key', `${name ?? ''} (${keyId})`] as const]),
    ...(memberId === null ? [] : [['Owner', memberId] as const]),
    ...(workspaceId === null ? [] : [['Workspace', workspaceId] as const]),
    ...(keyId === null ? [] : [['Expires', relativeAndExact(expiresAt, io.now())] as const]),
    ...(valid ? [['Scopes', scopes.join(' ') || 'none'] as const] : []),
  ]);
}

function parseScope(name: string): Scope {
  if (isScope(name)) return name;
  throw new Failure(
    EXIT.invalidInput,
    `There is no scope "${name}". Run "tollkeeper scopes" to see them.`,
  );
}
