import type { Command } from 'commander';
import type { Cli, JsonOption } from '../cli.ts';
import { Failure } from '../failure.ts';
import { hint, printLine } from '../output.ts';
import { type Credentials, findCredentials, removeCredentials } from '../session/credentials.ts';
import { signOut } from '../session/sign-in.ts';
import { createTransport } from '../session/transport.ts';
import type { Surroundings } from '../surroundings.ts';

export function addLogout(program: Command, cli: Cli): void {
  program
    .command('logout')
    .description('end the session and forget the stored credential')
    .option('--json', 'print nothing')
    .action((options: JsonOption) => logout(cli, options));
}

async function logout({ io }: Cli, { json }: JsonOption): Promise<void> {
  // A damaged file is exactly what a person wants to be rid of.
  const credentials = await findCredentials(io).catch(ignoreFailure);
  const removed = await removeCredentials(io);
  if (credentials?.kind === 'session' && !(await endSession(io, credentials))) {
    const advice = 'It lives there until it expires; the dashboard can end it.';
    hint(io, `${credentials.url} did not confirm the end of the session. ${advice}`);
  }
  if (!json) printLine(io, removed ? 'Signed out.' : 'You were not signed in.');
  if (io.env.TOLLKEEPER_API_KEY) {
    hint(io, 'TOLLKEEPER_API_KEY is still set: commands go on using that key.');
  }
}

async function endSession(
  io: Surroundings,
  { url, cookie }: Extract<Credentials, { kind: 'session' }>,
): Promise<boolean> {
  return (await signOut(createTransport(io.fetch), url, cookie).catch(ignoreFailure)) ?? false;
}

function ignoreFailure(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error;
}
