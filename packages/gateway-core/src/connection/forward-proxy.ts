import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  STATUS_CODES,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { FleetError, reasonOf } from '../fleet-error.ts';

/** A proxy of the operator's network that opens tunnels (CONNECT) to the control plane. */
export interface ForwardProxy {
  /** Its address without credentials. */
  readonly text: string;
  readonly agent: HttpsProxyAgent<string>;
  readonly fetch: typeof fetch;
}

/** How long a proxy may take to open a tunnel, in milliseconds. */
const TUNNEL_MS = 10_000;

/**
 * Tunnels for `http:` too: few proxies pass on an upgrade to a WebSocket otherwise, and one that
 * refuses tunnels should do so before a use of the join key is spent.
 * @throws FleetError forward_proxy
 */
export function openForwardProxy(address: string, tunnelMs = TUNNEL_MS): ForwardProxy {
  const { url, authorization } = parseProxyAddress(address);
  const text = url.origin;
  const headers = authorization === undefined ? {} : { 'Proxy-Authorization': authorization };
  const agent = new TunnelAgent(url, headers, tunnelMs);
  agent.on('proxyConnect', ({ statusCode }, request: ClientRequest) => {
    if (statusCode === 200) return;
    const advice = statusCode === 407 ? '. Set a user and password in its address' : '';
    // In our words: those of the proxy may repeat the credentials.
    const reason = `${statusCode || 'no status'} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd();
    request.destroy(new Error(`the proxy ${text} refuses the connection: ${reason}${advice}`));
  });
  return { text, agent, fetch: fetchThrough(agent) };
}

/** The `http://` may be missing, as other programs allow. */
function parseProxyAddress(address: string) {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`);
  try {
    if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Error('no such URL');
    return { url: new URL(url.origin), authorization: authorizationOf(url) };
  } catch {
    // Not quoted: it may hold a password.
    throw new FleetError(
      'forward_proxy',
      'The address of the forward proxy must be a URL such as http://proxy.example.com:3128, ' +
        'with http: or https:, and special characters of its user and password percent-encoded.',
    );
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

type ConnectOptions = Parameters<HttpsProxyAgent<string>['connect']>[1];

class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #tunnelMs: number;

  constructor(url: URL, headers: Record<string, string>, tunnelMs: number) {
    super(url, { headers });
    this.#tunnelMs = tunnelMs;
  }

  /** Ends the connection to a proxy that does not answer. */
  override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
    const late = Promise.withResolvers<never>();
    const ending = new AbortController();
    const timer = setTimeout(() => {
      late.reject(new Error(`it did not answer within ${this.#tunnelMs} ms`));
      ending.abort();
    }, this.#tunnelMs);
    this.connectOpts = { ...this.connectOpts, signal: ending.signal };
    try {
      return await Promise.race([super.connect(request, options), late.promise]);
    } catch (cause) {
      // Without the quotation of what the proxy sent, which may repeat the credentials.
      const [reason] = reasonOf(cause).split(': "', 1);
      throw new Error(`the proxy ${this.proxy.origin} cannot be reached: ${reason}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** As far as joining needs it: the body is a text, and redirects are not followed. */
function fetchThrough(agent: HttpsProxyAgent<string>): typeof fetch {
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = Object.fromEntries(new Headers(headers));
      const request = open(url, { agent, method, headers: sent, ...(signal ? { signal } : {}) });
      request.once('response', resolve).on('error', reject).end(body);
      // Node ends a request that waits for its tunnel only once that is there.
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const { statusCode: status = 502 } = response;
    return new Response(Readable.toWeb(response) as ReadableStream, { status });
  };
}
