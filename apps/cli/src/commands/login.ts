import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { hint, printJson, printLine } from '../output.ts';
import { ask, readSecret } from '../prompt.ts';
import { parseApiKey } from '../session/api-key-text.ts';
import { connectWith } from '../session/connect.ts';
import { type Credentials, storeCredentials } from '../session/credentials.ts';
import { DEFAULT_URL, isSentInClear, parseServerUrl } from '../session/server-url.ts';
import { signIn } from '../session/sign-in.ts';
import { createTransport } from '../session/transport.ts';

interface LoginOptions extends JsonOption {
  readonly url?: string;
  readonly email?: string;
  readonly passwordStdin?: true;
  readonly apiKeyStdin?: true;
}

export function addLogin(program: Command, cli: Cli): void {
  program
    .command('login')
    .description('sign in to a server and keep the session in a file that only you can read')
    .option('--url <url>', `the server (default: TOLLKEEPER_URL, else ${DEFAULT_URL})`)
    .option('--email <email>', 'whom to sign in; asked for if absent')
    .option('--password-stdin', 'read the password from standard input')
    .option('--api-key-stdin', 'store an API key from standard input instead of a session')
    .option(...JSON_OPTION)
    .action((options: LoginOptions) => login(cli, options));
}

async function login(cli: Cli, options: LoginOptions): Promise<void> {
  const { io } = cli;
  const url = parseServerUrl(options.url ?? (io.env.TOLLKEEPER_URL || DEFAULT_URL));
  if (isSentInClear(url)) {
    hint(io, `Warning: ${url} is not encrypted; what you send can be read on the way. Use https.`);
  }
  const credentials = options.apiKeyStdin
    ? await readApiKey(cli, url, options)
    : await openSession(cli, url, options);
  const identity = await connectWith(io, credentials).client.whoami();
  await storeCredentials(io, credentials);
  if (options.json) printJson(io, identity);
  else {
    const { member, organization, key } = identity;
    const who = key ? `the key "${key.name}" of ${member.email}` : member.email;
    printLine(io, `Signed in to ${url} as ${who}, ${member.roleName} of ${organization.name}.`);
  }
  if (io.env.TOLLKEEPER_API_KEY) {
    hint(io, 'TOLLKEEPER_API_KEY is set: commands use that key until you unset it.');
  }
}

async function readApiKey(
  { io }: Cli,
  url: string,
  { email, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  if (email !== undefined || passwordStdin) {
    const text = 'An API key needs no email or password: give --api-key-stdin alone.';
    throw new Failure(EXIT.usage, text);
  }
  const apiKey = parseApiKey(await readSecret(io, 'API key: '), 'Standard input');
  return { kind: 'apiKey', url, apiKey };
}

async function openSession(
  { io }: Cli,
  url: string,
  { email: given, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  const terminal = io.stdin.isTTY === true;
  if (!terminal && (!passwordStdin || given === undefined)) {
    const text =
      'There is no terminal to ask on. Give --email and --password-stdin, or --api-key-stdin.';
    throw new Failure(EXIT.usage, text);
  }
  const email = given ?? (await ask(io, `Email for ${url}: `)).trim();
  const password = await readSecret(io, `Password for ${email} at ${url}: `);
  const cookie = await signIn(createTransport(io.fetch), url, { email, password });
  return { kind: 'session', url, cookie };
}
