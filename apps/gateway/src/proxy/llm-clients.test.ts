/** The clients that people have: what they show of a denial, without any configuration for it. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { beforeEach, describe, expect, it } from 'vitest';
import { startScriptedUpstream } from '../testing/scripted-upstream.ts';
import { startTestGateway, type TestGateway, testConfig } from '../testing/test-gateway.ts';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];

let gateway: TestGateway;

beforeEach(async () => {
  // Answers nothing: the connection is closed.
  const upstream = await startScriptedUpstream(() => undefined);
  const { routes } = await testConfig(upstream);
  const [all] = routes;
  if (!all) throw new Error('no route');
  const silent = await startScriptedUpstream(() => ({ parts: ['HTTP/1.1 200'], waits: true }));
  gateway = await startTestGateway(upstream, {
    routes: [
      { ...all, path: '/strict', scopes: ['usage.read'] },
      {
        ...{ ...all, path: '/slow', upstream: new URL(silent) },
        timeouts: { ...all.timeouts, responseMs: 50 },
      },
      all,
    ],
  });
});

/** What each client says of the same request: its message, and what programs read. */
const CLIENTS = {
  async 'openai (Node)'(path: string, apiKey: string) {
    const client = new OpenAI({ apiKey, baseURL: gateway.url + path, maxRetries: 0 });
    const call = client.chat.completions.create({ model: 'any', messages: MESSAGES });
    const error = await rejection(call, OpenAI.APIError);
    const { status, code, type, message } = error;
    return { status, code, type, message, text: error.message };
  },
  async '@anthropic-ai/sdk (Node)'(path: string, apiKey: string) {
    const client = new Anthropic({ apiKey, baseURL: gateway.url + path, maxRetries: 0 });
    const call = client.messages.create({ model: 'any', max_tokens: 1, messages: MESSAGES });
    const error = await rejection(call, Anthropic.APIError);
    const { status, type, apiMessage: message } = error;
    return { status, type, message, text: error.message };
  },
  /** As openai for Python reads it: `body["error"]`, of a body that is JSON by whatever type. */
  async 'openai (Python)'(path: string, apiKey: string) {
    const answer = await fetch(`${gateway.url}${path}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ model: 'any', messages: MESSAGES }),
    });
    const { error } = JSON.parse(await answer.text());
    const { message, code, type } = error;
    return { status: answer.status, code, type, message, text: message };
  },
};

describe.each(Object.entries(CLIENTS))('%s shows why', (_, show) => {
  it.each([
    ['the key is not valid', '', 401, 'invalid_key', 'authentication_error', /Check that it was/],
    ['a scope is missing', '/strict', 403, 'insufficient_scope', 'permission_error', /scope/],
    ['the upstream failed', '', 502, 'upstream_failed', 'api_error', /upstream did not answer/],
    ['it is too slow', '/slow', 504, 'upstream_timeout', 'timeout_error', /not answer in time/],
    ['there are no keys', '', 503, 'no_snapshot', 'api_error', /not received the keys/],
  ])('%s', async (_why, path, status, code, type, message) => {
    if (code === 'no_snapshot') gateway.fleet.noKeys = code;
    const key = code === 'invalid_key' ? 'tk_live_none' : gateway.fleet.addKey();
    const shown = await show(path, key);
    expect(shown).toMatchObject({
      ...{ status, type, ...('code' in shown ? { code } : {}) },
      message: expect.stringMatching(message),
      text: expect.stringMatching(message),
    });
  });
});

async function rejection<E extends Error>(
  call: PromiseLike<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof type)) throw new Error(`It ended as ${error}`);
  return error;
}
