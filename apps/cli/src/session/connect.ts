import { ApiError, type Client, createClient } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { EXIT, Failure } from '../failure.ts';
import { type Credentials, findCredentials, parseApiKey } from './credentials.ts';
import { createTransport } from './transport.ts';

export interface Connection {
  readonly client: Client;
  readonly url: string;
  readonly kind: Credentials['kind'];
}

/**
 * The API with the credential in force: TOLLKEEPER_API_KEY, else what login stored for this server.
 * Throws Failure if there is none.
 */
export async function connect(ctx: CliContext): Promise<Connection> {
  return connectWith(ctx, await credentialsInForce(ctx));
}

export function connectWith(ctx: CliContext, credentials: Credentials): Connection {
  const { url, kind } = credentials;
  const headers = headersOf(ctx, credentials);
  const client = createClient({
    baseUrl: url,
    headers: () => headers,
    fetch: createTransport(ctx.fetch),
  });
  return { client, url, kind };
}

async function credentialsInForce(ctx: CliContext): Promise<Credentials> {
  const wanted = ctx.env.TOLLKEEPER_URL
    ? parseServerUrl(ctx.env.TOLLKEEPER_URL, 'TOLLKEEPER_URL')
    : undefined;
  if (ctx.env.TOLLKEEPER_API_KEY) {
    const apiKey = parseApiKey(ctx.env.TOLLKEEPER_API_KEY, 'TOLLKEEPER_API_KEY');
    const url = wanted ?? (await findCredentials(ctx))?.url ?? DEFAULT_URL;
    return { kind: 'apiKey', url, apiKey };
  }
  const stored = await findCredentials(ctx);
  if (stored && (wanted === undefined || wanted === stored.url)) return stored;
  const url = wanted ?? DEFAULT_URL;
  const advice = `Run "${loginCommand(url)}", or set TOLLKEEPER_API_KEY.`;
  throw new Failure(EXIT.unauthenticated, `You are not signed in to ${url}. ${advice}`);
}

function headersOf(ctx: CliContext, credentials: Credentials): Record<string, string> {
  const organization = namedOrganization(ctx, credentials.kind);
  switch (credentials.kind) {
    case 'apiKey':
      return { authorization: `Bearer ${credentials.apiKey}` };
    case 'session':
      return {
        cookie: credentials.cookie,
        // The server takes a change by cookie only from its own origin.
        origin: new URL(credentials.url).origin,
        ...(organization ? { [ORGANIZATION_HEADER]: organization } : {}),
      };
  }
}

const ORGANIZATION_HEADER = 'x-organization-id';

/**
 * The organization that a session acts in, where it was named: --organization, else
 * TOLLKEEPER_ORGANIZATION. Throws Failure for what is no id, and beside an API key.
 */
function namedOrganization(
  { env }: Pick<CliContext, 'env'>,
  kind: Credentials['kind'],
): string | undefined {
  const id = env.TOLLKEEPER_ORGANIZATION || undefined;
  if (id === undefined) return undefined;
  if (!/^org_[0-9A-Za-z]{20}$/.test(id)) {
    const advice = 'Give an id that starts with "org_"; "tollkeeper whoami" shows yours.';
    throw new Failure(EXIT.usage, `"${id}" is no organization. ${advice}`);
  }
  if (kind === 'session') return id;
  const advice = 'Leave out --organization, and unset TOLLKEEPER_ORGANIZATION.';
  throw new Failure(EXIT.usage, `An API key acts in its own organization only. ${advice}`);
}

/** Whether the server wants to know, or does not know, the organization of a session. */
export function asksOrganization(error: unknown): error is ApiError {
  return error instanceof ApiError && error.message.toLowerCase().includes(ORGANIZATION_HEADER);
}

export const ORGANIZATION_ADVICE = 'Give --organization <id>, or set TOLLKEEPER_ORGANIZATION.';

export const DEFAULT_URL = 'http://127.0.0.1:7420';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address of a server without a slash at its end. Throws Failure if it is no address.
 * @param source where it was given; the text itself is not repeated, since it may hold a password
 */
export function parseServerUrl(text: string, source: '--url' | 'TOLLKEEPER_URL'): string {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    const advice = `Give one such as ${DEFAULT_URL}, without a user, query or fragment.`;
    throw new Failure(EXIT.usage, `${source} is not the address of a server. ${advice}`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether a password or key sent there could be read on the way. */
export function isSentInClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !LOOPBACK.has(hostname);
}

/** How a person would sign in to that server. */
export function loginCommand(url: string): string {
  return url === DEFAULT_URL ? 'tollkeeper login' : `tollkeeper login --url ${url}`;
}
