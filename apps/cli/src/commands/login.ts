import type { Identity } from '@tollkeeper/contract';
import type { CliContext } from '../cli-context.ts';
import { flag, type OptionValues, text } from '../command/option.ts';
import { verb } from '../command/verb.ts';
import { EXIT, Failure } from '../failure.ts';
import { hint, printLine } from '../output.ts';
import { ask, readSecret } from '../prompt.ts';
import {
  asksOrganization,
  connectWith,
  DEFAULT_URL,
  isSentInClear,
  ORGANIZATION_ADVICE,
  parseServerUrl,
} from '../session/connect.ts';
import {
  type Credentials,
  findCredentials,
  parseApiKey,
  storeCredentials,
} from '../session/credentials.ts';
import { awaitApproval, beginDeviceLogin } from '../session/device-login.ts';
import { deviceOf, signIn } from '../session/sign-in.ts';
import { createTransport } from '../session/transport.ts';

const OPTIONS = {
  url: text('url', `Server to sign in to (default: TOLLKEEPER_URL, else ${DEFAULT_URL})`),
  noBrowser: flag('Print the link without opening it; works without a terminal'),
  password: flag('Sign in by email and password, without a browser'),
  email: text('email', 'Email to sign in with by password; asked for on a terminal'),
  passwordStdin: flag('Read the password from standard input'),
  apiKeyStdin: flag('Read an API key from standard input and store it in place of a session'),
};

type LoginOptions = OptionValues<typeof OPTIONS>;

export const login = verb({
  name: 'login',
  summary: 'Sign in with your browser, and keep the session in a file that only you can read',
  examples: [
    'login --url https://keys.example.com',
    'login --email ada@example.com --password-stdin < password.txt',
  ],
  options: OPTIONS,
  run: async ({ ctx, options }) => {
    const url =
      options.url === undefined
        ? parseServerUrl(ctx.env.TOLLKEEPER_URL || DEFAULT_URL, 'TOLLKEEPER_URL')
        : parseServerUrl(options.url, '--url');
    if (isSentInClear(url)) {
      hint(
        ctx,
        `Warning: the connection to ${url} is not encrypted, so others can read what you send. Use https.`,
      );
    }
    const credentials = await readCredentials(ctx, url, options);
    const identity = await tryOut(ctx, credentials);
    await storeCredentials(ctx, credentials);
    return { url, identity };
  },
  answer: ({ identity }) => identity,
  print: (ctx, { url, identity }) => {
    if (identity) printLine(ctx, `Signed in to ${url} as ${describe(identity)}.`);
    else {
      printLine(ctx, `Signed in to ${url}, where you belong to several organizations.`);
      hint(ctx, ORGANIZATION_ADVICE);
    }
    if (ctx.env.TOLLKEEPER_API_KEY) {
      hint(ctx, 'TOLLKEEPER_API_KEY is set: commands use that key until you unset it.');
    }
  },
});

function readCredentials(
  ctx: CliContext,
  url: string,
  options: LoginOptions,
): Promise<Credentials> {
  if (options.apiKeyStdin) return loginByApiKey(ctx, url, options);
  const byPassword = options.password || options.passwordStdin || options.email !== undefined;
  return byPassword ? loginByPassword(ctx, url, options) : loginByDevice(ctx, url, options);
}

async function loginByApiKey(
  ctx: CliContext,
  url: string,
  { email, password, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  if (email !== undefined || password || passwordStdin) {
    const text = 'An API key needs no email or password. Give --api-key-stdin alone.';
    throw new Failure(EXIT.usage, text);
  }
  const apiKey = parseApiKey(await readSecret(ctx, 'API key:'), 'Standard input');
  return { kind: 'apiKey', url, apiKey };
}

/** For terminals without a browser, and scripts without a second factor. */
async function loginByPassword(
  ctx: CliContext,
  url: string,
  { email: given, passwordStdin }: LoginOptions,
): Promise<Credentials> {
  if (!ctx.stdin.isTTY && (!passwordStdin || given === undefined)) {
    const text =
      'There is no terminal to ask on. Give --email and --password-stdin, or --api-key-stdin.';
    throw new Failure(EXIT.usage, text);
  }
  const email = given ?? (await ask(ctx, `Email for ${url}:`)).trim();
  const password = await readSecret(ctx, `Password for ${email} at ${url}:`);
  const request = createTransport(ctx.fetch);
  // A damaged file is about to be replaced.
  const stored = await findCredentials(ctx).catch(() => undefined);
  const device =
    stored?.kind === 'session' && stored.url === url ? deviceOf(stored.cookie) : undefined;
  const cookie = await signIn(request, url, { email, password }, device, () => askCode(ctx));
  return { kind: 'session', url, cookie };
}

async function askCode(ctx: CliContext): Promise<string> {
  if (ctx.stdin.isTTY) return ask(ctx, 'Code from your authenticator app, or a backup code:');
  const advice = 'Sign in on a terminal, with --no-browser, or with --api-key-stdin.';
  throw new Failure(EXIT.unauthenticated, `The account has a second factor. ${advice}`);
}

/** A signed-in person approves the code in a browser, on this machine or another. */
async function loginByDevice(
  ctx: CliContext,
  url: string,
  { noBrowser }: LoginOptions,
): Promise<Credentials> {
  if (!ctx.stdin.isTTY && !noBrowser) {
    const ways = '--no-browser, --email and --password-stdin, or --api-key-stdin';
    throw new Failure(EXIT.usage, `There is no terminal to sign in on. Give ${ways}.`);
  }
  const request = createTransport(ctx.fetch);
  const begun = await beginDeviceLogin(request, url);
  const code = groupCode(begun.userCode);
  hint(ctx, `Your code is ${code}. If this page shows the same code, approve it there:`);
  hint(ctx, begun.link);
  if (!noBrowser && hasDisplay(ctx)) {
    await ctx.openLink(new URL(begun.link).href);
    hint(ctx, 'The page opens in your browser.');
  }
  hint(ctx, 'Waiting for your approval. Press Ctrl-C to cancel.');
  const cookie = await awaitApproval(request, url, begun, ctx.sleep);
  return { kind: 'session', url, cookie };
}

/** "ABCD-EFGH", as the page shows it. The server takes it with the hyphen and without. */
function groupCode(code: string): string {
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}

/** Whether a browser could show itself to the person at this terminal. */
function hasDisplay({ platform, env }: CliContext): boolean {
  if (platform === 'win32') return true;
  if (platform === 'darwin') return !env.SSH_CONNECTION;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Who the credential is; undefined for a session that must first choose an organization. */
async function tryOut(ctx: CliContext, credentials: Credentials): Promise<Identity | undefined> {
  try {
    return await connectWith(ctx, credentials).client.whoami();
  } catch (error) {
    if (asksOrganization(error) && error.status === 400) return undefined;
    throw error;
  }
}

function describe({ member, organization, key }: Identity): string {
  const who = key ? `the key "${key.name}" of ${member.email}` : member.email;
  return `${who}, ${member.roleName} of ${organization.name}`;
}
