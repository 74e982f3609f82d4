/** OpenAI's Realtime API over a WebSocket, as servers and as browsers open it. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import OpenAI from 'openai';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LlmUpstream, PROVIDER_KEY, startLlmUpstream } from '../testing/llm-upstream.ts';
import { makeTls } from '../testing/make-tls.ts';
import { startExample } from '../testing/start-example.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const TLS = makeTls('localhost');
const TRUSTED = getCACertificates('default');

let upstream: LlmUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  // The SDK opens no other than an encrypted WebSocket.
  setDefaultCACertificates([...TRUSTED, TLS.cert]);
  upstream = await startLlmUpstream();
  gateway = await startExample('llm-providers.yaml', {
    replaced: { 'https://api.openai.com': upstream.url },
    env: {
      OPENAI_API_KEY: PROVIDER_KEY,
      ...{ AZURE_OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'x', GEMINI_API_KEY: 'x' },
    },
    change: { tls: TLS },
  });
});

afterEach(() => setDefaultCACertificates(TRUSTED));

const OPENERS = {
  'in Node, with a header': (client: OpenAI) => new OpenAIRealtimeWS({ model: 'any' }, client),
  'in browsers, with the key as a subprotocol': (client: OpenAI) =>
    new OpenAIRealtimeWebSocket({ model: 'any' }, client),
};

function open(opener: (typeof OPENERS)[keyof typeof OPENERS], apiKey: string) {
  const baseURL = `https://localhost:${gateway.address.port}/openai/v1`;
  const events: string[] = [];
  const errors: string[] = [];
  const session = opener(new OpenAI({ apiKey, baseURL }));
  session.on('event', ({ type }) => events.push(type));
  session.on('error', ({ message }) => errors.push(message));
  return { session, events, errors };
}

it.each(Object.entries(OPENERS))('%s', async (_, opener) => {
  const { session, events, errors } = open(opener, gateway.fleet.addKey());
  await until('the session is open', () => events.includes('session.created'));
  session.send({ type: 'response.create' });
  await until('it answers', () => events.includes('response.output_text.delta'));
  session.send({ type: 'response.cancel' });
  await until('it shows an error', () => errors.join().includes('No such event'));
  const [head = ''] = upstream.heads;
  expect(head).not.toMatch(/tk_live_|insecure/);
  expect(head).toContain('X-Tollkeeper-Key-Id\nkey_00000000000000000001');
  session.close();
  await until('the provider knows that the client left', () => upstream.left() === 1);
});

it.each(Object.entries(OPENERS))('%s: a key that is not valid opens nothing', async (_, opener) => {
  const { errors } = open(opener, gateway.fleet.addKey({ status: 'revoked' }));
  await until('the client fails', () => errors.length > 0);
  expect(upstream.heads).toEqual([]);
  // undici asks a second time after a 401.
  expect(new Set(gateway.fleet.counted.map(({ accepted }) => accepted))).toEqual(new Set([false]));
});
