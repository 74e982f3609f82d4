/** What policies say about models and tools, as the real SDKs see it through the examples of the documentation. */
import Anthropic from '@anthropic-ai/sdk';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeLater } from '../testing/close-later.ts';
import { PROVIDER_KEY, startLlmUpstream } from '../testing/llm-upstream.ts';
import { startMcpUpstream } from '../testing/mcp-upstream.ts';
import { setPolicy } from '../testing/set-policy.ts';
import { startExample } from '../testing/start-example.ts';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
const ONLY_SMALL = `
  permit (principal, action, resource);
  forbid (principal, action, resource) unless { context has model && context.model == "small" };`;
const ONLY_WHOAMI = `
  permit (principal, action, resource);
  forbid (principal, action, resource)
  when { context has mcp && context.mcp.method == "tools/call" }
  unless { context.mcp has tool && context.mcp.tool == "whoami" };`;

async function startProviders() {
  const upstream = await startLlmUpstream();
  const names = ['OPENAI', 'AZURE_OPENAI', 'ANTHROPIC', 'GEMINI'];
  const gateway = await startExample('llm-providers.yaml', {
    replaced: {
      'https://api.openai.com': upstream.url,
      'https://api.anthropic.com': upstream.url,
    },
    env: Object.fromEntries(names.map((name) => [`${name}_API_KEY`, PROVIDER_KEY])),
  });
  setPolicy(gateway.fleet, ONLY_SMALL);
  return { upstream, gateway, apiKey: gateway.fleet.addKey() };
}

describe('a key that may use one model', () => {
  it('uses that one only, by the SDKs of OpenAI and Anthropic', async () => {
    const { upstream, gateway, apiKey } = await startProviders();
    const openai = new OpenAI({ apiKey, baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });
    const anthropic = new Anthropic({ apiKey, baseURL: `${gateway.url}/anthropic`, maxRetries: 0 });
    const asks = [
      (model: string) => openai.chat.completions.create({ model, messages: MESSAGES }),
      (model: string) =>
        openai.chat.completions.create({ model, messages: MESSAGES, stream: true }),
      (model: string) => anthropic.messages.create({ model, max_tokens: 9, messages: MESSAGES }),
    ];
    for (const ask of asks) {
      await ask('small');
      const refused = ask('large');
      await expect(refused).rejects.toMatchObject({ status: 403 });
      await expect(refused).rejects.toThrow(/The policies do not allow this request/);
    }
    await expect(openai.models.list()).rejects.toMatchObject({ status: 403 });
    expect(upstream.heads).toHaveLength(asks.length);
  });

  it('opens a session of Realtime with that one only', async () => {
    const { upstream, gateway, apiKey } = await startProviders();
    const open = async (query: string) => {
      const url = `${gateway.url.replace('http', 'ws')}/openai/v1/realtime${query}`;
      const socket = new WebSocket(url, ['realtime', `openai-insecure-api-key.${apiKey}`]);
      closeLater(async () => socket.terminate());
      return new Promise((resolve) => {
        socket
          .once('message', () => resolve('open'))
          .once('error', ({ message }) => resolve(message));
      });
    };
    expect(await open('?model=small')).toBe('open');
    for (const query of ['?model=large', '', '?intent=transcription']) {
      expect(await open(query)).toMatch(/403/);
    }
    expect(await open('?model=small&model=large')).toMatch(/400/);
    expect(upstream.heads).toHaveLength(1);
  });

  it('reads why an upload is not inspected', async () => {
    const { gateway, apiKey } = await startProviders();
    const openai = new OpenAI({ apiKey, baseURL: `${gateway.url}/openai/v1`, maxRetries: 0 });
    const file = new File(['{}'], 'batch.jsonl');
    const refused = openai.files.create({ file, purpose: 'batch' });
    await expect(refused).rejects.toThrow(/415 The gateway reads bodies here/);
  });
});

describe.each([
  ['events', false],
  ['JSON', true],
])('a key that may call one tool, of a server that answers with %s', (_, isJson) => {
  it('lists and calls that one only', async () => {
    const upstream = await startMcpUpstream(isJson);
    const gateway = await startExample('mcp-server.yaml', {
      replaced: { 'http://127.0.0.1:3000': upstream.url },
    });
    const connect = async () => {
      const headers = { authorization: `Bearer ${gateway.fleet.addKey()}` };
      const url = new URL(`${gateway.url}/mcp`);
      const client = new Client({ name: 'test', version: '1.0.0' });
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      closeLater(() => client.close());
      return client;
    };
    const names = async (client: Client) =>
      (await client.listTools()).tools.map(({ name }) => name).toSorted();
    const client = await connect();
    expect(await names(client)).toEqual(['broken', 'endless', 'resumed', 'whoami']);
    setPolicy(gateway.fleet, ONLY_WHOAMI);
    expect(await names(client)).toEqual(['whoami']);
    expect(await client.callTool({ name: 'whoami' })).toMatchObject({
      content: [{ type: 'text' }],
    });
    const calls = () => upstream.heads.length;
    const before = calls();
    await expect(client.callTool({ name: 'broken' })).rejects.toThrow(
      /The policies do not allow this request/,
    );
    expect(calls()).toBe(before);
  });
});
