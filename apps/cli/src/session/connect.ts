import { type Client, createClient } from '@tollkeeper/sdk';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
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
export async function connect(io: Surroundings): Promise<Connection> {
  return connectWith(io, await credentialsInForce(io));
}

export function connectWith(io: Surroundings, credentials: Credentials): Connection {
  const { url, kind } = credentials;
  const headers = headersOf(io, credentials);
  const client = createClient({
    baseUrl: url,
    headers: () => headers,
    fetch: createTransport(io.fetch),
  });
  return { client, url, kind };
}

async function credentialsInForce(io: Surroundings): Promise<Credentials> {
  const wanted = io.env.TOLLKEEPER_URL ? parseServerUrl(io.env.TOLLKEEPER_URL) : undefined;
  if (io.env.TOLLKEEPER_API_KEY) {
    const apiKey = parseApiKey(io.env.TOLLKEEPER_API_KEY, 'TOLLKEEPER_API_KEY');
    const url = wanted ?? (await findCredentials(io))?.url ?? DEFAULT_URL;
    return { kind: 'apiKey', url, apiKey };
  }
  const stored = await findCredentials(io);
  if (stored && (wanted === undefined || wanted === stored.url)) return stored;
  const url = wanted ?? DEFAULT_URL;
  const advice = `Run "${loginCommand(url)}", or set TOLLKEEPER_API_KEY.`;
  throw new Failure(EXIT.unauthenticated, `You are not signed in to ${url}. ${advice}`);
}

function headersOf(io: Surroundings, credentials: Credentials): Record<string, string> {
  const organization = namedOrganization(io, credentials.kind);
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
