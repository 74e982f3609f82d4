/**
 * A server on loopback that answers as Stripe's documented API does, and keeps what it is asked to
 * create. README.md beside this lists each behaviour with the page that it comes from.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { atFileEnd } from '../at-file-end.ts';
import { type Account, createAccount } from './account.ts';
import { API_VERSION } from './api-version.ts';
import { ENDPOINTS, expanded } from './endpoints.ts';
import { type Form, parseForm } from './form.ts';
import { Refusal, refuse } from './refusal.ts';

export const STRIPE_KEY = 'sk_test_of_the_test_account';
export const LIVE_KEY = 'rk_live_of_the_test_account';
export const PRICES = { developer: 'price_developer', pro: 'price_pro', other: 'price_other' };
const AMOUNTS = { developer: 1000, pro: 3000, other: 500 };

/**
 * What happens to one request: it is refused before anything is done, fails after it was done, is done
 * and its answer lost, or is never answered.
 */
type Fault = 'rate_limited' | Refusal | 'failed' | 'lost' | 'silent';

interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface StripeServer {
  readonly url: string;
  /** What is in test mode. */
  readonly account: Account;
  /** What is in live mode, where another key is asked for. */
  readonly live: Account;
  /** Method and path of each request. */
  readonly requests: string[];
  /** Forgets requests, events and what was answered to each Idempotency-Key. */
  forget(): void;
  /** The next request whose method and path begin with that. */
  breakNext(request: string, fault: Fault, times?: number): void;
  breakNone(): void;
  /** Answers the next such request late, with what was there when it came. */
  holdNext(request: string): Hold;
}

interface Hold {
  /** Resolves once the request is done and its answer waits. */
  readonly reached: Promise<void>;
  release(): void;
}

export async function startStripeServer(clock: () => Date): Promise<StripeServer> {
  const [account, live] = [createAccount(clock), createAccount(clock, 'live')];
  for (const plan of ['developer', 'pro', 'other'] as const) {
    const price = { unit_amount: AMOUNTS[plan], currency: 'eur' };
    for (const each of [account, live]) {
      each.add({ id: PRICES[plan], object: 'price', ...price });
    }
  }
  const faults: { request: string; fault: Fault }[] = [];
  const requests: string[] = [];
  const holds: { request: string; reach: () => void; released: Promise<void> }[] = [];
  /** The first answer to each Idempotency-Key, with what was asked. */
  const saved = new Map<string, Answer & { readonly asked: string }>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://stripe.test');
    const asked = `${request.method} ${url.pathname}`;
    requests.push(asked);
    const body = await text(request);
    const form = parseForm(body || url.search);
    const at = faults.findIndex((each) => asked.startsWith(each.request));
    const [{ fault } = { fault: undefined }] = at < 0 ? [] : faults.splice(at, 1);
    if (fault === 'rate_limited') return send(response, answerOf(TOO_MANY));
    if (fault instanceof Refusal) return send(response, answerOf(fault));
    const { 'idempotency-key': key } = request.headers;
    const keyed = typeof key === 'string' ? key : undefined;
    const answer = answerKeyed(keyed, `${asked} ${body}`, () =>
      answerTo(request, url.pathname, form, fault),
    );
    const held = holds.findIndex((each) => asked.startsWith(each.request));
    for (const { reach, released } of held < 0 ? [] : holds.splice(held, 1)) {
      reach();
      await released;
    }
    if (fault === 'lost') request.socket.destroy();
    else if (fault !== 'silent') send(response, answer);
  }

  /** The same request is done once, and answered alike ever after. */
  function answerKeyed(key: string | undefined, asked: string, answer: () => Answer): Answer {
    const before = key === undefined ? undefined : saved.get(key);
    if (before && before.asked !== asked) return answerOf(OTHER_REQUEST);
    if (before) return before;
    const made = answer();
    // A request that did not pass its checks may be sent again, corrected.
    if (key !== undefined && made.status !== 400) saved.set(key, { ...made, asked });
    return made;
  }

  function answerTo(
    request: IncomingMessage,
    path: string,
    form: Form,
    fault: Fault | undefined,
  ): Answer {
    try {
      requireVersion(request);
      const made = call(accountOf(request), request.method ?? '', path, form);
      return fault === 'failed' ? answerOf(FAILED) : { status: 200, body: JSON.stringify(made) };
    } catch (error) {
      if (error instanceof Refusal) return answerOf(error);
      throw error;
    }
  }

  /** Each mode has objects of its own. */
  function accountOf({ headers: { authorization } }: IncomingMessage): Account {
    if (authorization === `Bearer ${STRIPE_KEY}`) return account;
    if (authorization === `Bearer ${LIVE_KEY}`) return live;
    throw refuse(401, 'api_key_invalid', 'Invalid API Key provided');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atFileEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, account, live, requests },
    forget() {
      requests.length = 0;
      account.events.length = 0;
      saved.clear();
    },
    breakNext(request, fault, times = 1) {
      for (let time = 0; time < times; time += 1) faults.push({ request, fault });
    },
    breakNone() {
      faults.length = 0;
    },
    holdNext(request) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.push({ request, reach: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
  };
}

const TOO_MANY = new Refusal(429, 'invalid_request_error', 'rate_limit', 'Too many requests');
const FAILED = new Refusal(500, 'api_error', '', 'Something went wrong at Stripe');
const OTHER_REQUEST = new Refusal(
  400,
  'idempotency_error',
  '',
  'Keys for idempotent requests can only be used with the same parameters they were first used with.',
);

function requireVersion({ headers }: IncomingMessage): void {
  if (headers['stripe-version'] !== API_VERSION) {
    throw refuse(400, 'version_unexpected', `Expected version ${API_VERSION}`);
  }
}

function call(account: Account, method: string, path: string, form: Form): object {
  for (const endpoint of ENDPOINTS) {
    const match = endpoint.method === method ? endpoint.path.exec(path) : null;
    if (!match) continue;
    const unknown = Object.keys(form).find((name) => !endpoint.parameters.includes(name));
    if (unknown) throw refuse(400, 'parameter_unknown', `Received unknown parameter: ${unknown}`);
    return expanded(account, endpoint.answer(account, form, match[1] ?? ''), form);
  }
  throw refuse(404, 'resource_missing', `Unrecognized request URL (${method}: ${path}).`);
}

function answerOf({ status, type, code, message, param }: Refusal): Answer {
  const about = param === undefined ? {} : { param };
  const error = { type, message, ...(code === '' ? {} : { code }), ...about };
  return { status, body: JSON.stringify({ error }) };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
