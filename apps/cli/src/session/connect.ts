import { type Client, createClient } from '@tollkeeper/sdk';
import type { CliContext } from '../cli-context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { parseApiKey } from './api-key-text.ts';
import { type Credentials, findCredentials } from './credentials.ts';
import { namedOrganization, ORGANIZATION_HEADER } from './organization.ts';
import { DEFAULT_URL, loginCommand, parseServerUrl } from './server-url.ts';
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
  const wanted = ctx.env.TOLLKEEPER_URL ? parseServerUrl(ctx.env.TOLLKEEPER_URL) : undefined;
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
