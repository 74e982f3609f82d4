/** `tollkeeper login`: one file per way to prove who you are. */
import type { Command } from 'commander';
import { type Cli, JSON_OPTION } from '../../cli.ts';
import { hint, printJson, printLine } from '../../output.ts';
import { connectWith } from '../../session/connect.ts';
import { type Credentials, storeCredentials } from '../../session/credentials.ts';
import { asksOrganization, ORGANIZATION_ADVICE } from '../../session/organization.ts';
import { DEFAULT_URL, isSentInClear, parseServerUrl } from '../../session/server-url.ts';
import type { Surroundings } from '../../surroundings.ts';
import { loginByApiKey } from './by-api-key.ts';
import { loginByDevice } from './by-device.ts';
import { loginByPassword } from './by-password.ts';
import type { LoginOptions } from './options.ts';

export function addLogin(program: Command, cli: Cli): void {
  program
    .command('login')
    .description('sign in by your browser; the session is kept in a file that only you can read')
    .option('--url <url>', `the server (default: TOLLKEEPER_URL, else ${DEFAULT_URL})`)
    .option('--no-browser', 'only print the link, to open it anywhere; needs no terminal')
    .option('--password', 'sign in by email and password, without a browser')
    .option('--email <email>', 'whom to sign in by password; asked for if absent')
    .option('--password-stdin', 'read the password from standard input')
    .option('--api-key-stdin', 'store an API key from standard input instead of a session')
    .option(...JSON_OPTION)
    .action((options: LoginOptions) => login(cli, options));
}

async function login({ io }: Cli, options: LoginOptions): Promise<void> {
  const url = parseServerUrl(options.url ?? (io.env.TOLLKEEPER_URL || DEFAULT_URL));
  if (isSentInClear(url)) {
    hint(io, `Warning: ${url} is not encrypted; what you send can be read on the way. Use https.`);
  }
  const credentials = await readCredentials(io, url, options);
  const identity = await tryOut(io, credentials);
  await storeCredentials(io, credentials);
  if (options.json) printJson(io, identity);
  else if (identity) {
    const { member, organization, key } = identity;
    const who = key ? `the key "${key.name}" of ${member.email}` : member.email;
    printLine(io, `Signed in to ${url} as ${who}, ${member.roleName} of ${organization.name}.`);
  } else {
    printLine(io, `Signed in to ${url}, where you belong to several organizations.`);
    hint(io, ORGANIZATION_ADVICE);
  }
  if (io.env.TOLLKEEPER_API_KEY) {
    hint(io, 'TOLLKEEPER_API_KEY is set: commands use that key until you unset it.');
  }
}

function readCredentials(
  io: Surroundings,
  url: string,
  options: LoginOptions,
): Promise<Credentials> {
  if (options.apiKeyStdin) return loginByApiKey(io, url, options);
  const byPassword = options.password || options.passwordStdin || options.email !== undefined;
  return byPassword ? loginByPassword(io, url, options) : loginByDevice(io, url, options);
}

/** Who the credential is; undefined for a session that must first choose an organization. */
async function tryOut(io: Surroundings, credentials: Credentials) {
  try {
    return await connectWith(io, credentials).client.whoami();
  } catch (error) {
    if (asksOrganization(error) && error.status === 400) return undefined;
    throw error;
  }
}
