/** The SDKs of LLM providers, through the gateway of docs/examples/gateway/llm-providers.yaml. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { AzureOpenAI } from 'openai';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  BUSY_MODEL,
  ENDLESS_MODEL,
  type LlmUpstream,
  PROVIDER_KEY,
  startLlmUpstream,
} from '../testing/llm-upstream.ts';
import { startExample } from '../testing/start-example.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];

let upstream: LlmUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  upstream = await startLlmUpstream();
  const names = ['OPENAI', 'AZURE_OPENAI', 'ANTHROPIC', 'GEMINI'];
  gateway = await startExample('llm-providers.yaml', {
    replaced: {
      'https://api.openai.com': upstream.url,
      'https://example.openai.azure.com': upstream.url,
      'https://api.anthropic.com': upstream.url,
      'https://generativelanguage.googleapis.com': upstream.url,
    },
    env: Object.fromEntries(names.map((name) => [`${name}_API_KEY`, PROVIDER_KEY])),
  });
});

interface Client {
  /** The text of a whole answer. */
  ask(model: string): Promise<string | null | undefined>;
  /** The parts of a streamed one. */
  stream(model: string, signal?: AbortSignal): AsyncIterable<string>;
}

function openAi(client: OpenAI): Client {
  return {
    async ask(model) {
      const { choices } = await client.chat.completions.create({ model, messages: MESSAGES });
      return choices[0]?.message.content;
    },
    async *stream(model, signal) {
      const body = { model, messages: MESSAGES, stream: true as const };
      const parts = await client.chat.completions.create(body, { signal });
      for await (const { choices } of parts) yield choices[0]?.delta.content ?? '';
    },
  };
}

const once = { maxRetries: 0 };
const CLIENTS: Readonly<Record<string, (apiKey: string) => Client>> = {
  openai: (apiKey) => openAi(new OpenAI({ apiKey, baseURL: `${gateway.url}/openai/v1`, ...once })),
  'openai for Azure': (apiKey) => {
    const options = { apiVersion: '2026-10-01', deployment: 'chat', ...once };
    return openAi(new AzureOpenAI({ apiKey, endpoint: `${gateway.url}/azure`, ...options }));
  },
  '@anthropic-ai/sdk': (apiKey) => {
    const client = new Anthropic({ apiKey, baseURL: `${gateway.url}/anthropic`, ...once });
    const body = (model: string) => ({ model, max_tokens: 9, messages: MESSAGES });
    return {
      async ask(model) {
        const { content } = await client.messages.create(body(model));
        return content[0]?.type === 'text' ? content[0].text : undefined;
      },
      async *stream(model, signal) {
        const parts = await client.messages.create({ ...body(model), stream: true }, { signal });
        for await (const part of parts) {
          if (part.type === 'content_block_delta' && part.delta.type === 'text_delta') {
            yield part.delta.text;
          }
        }
      },
    };
  },
  '@google/genai': (apiKey) => {
    const client = new GoogleGenAI({
      apiKey,
      httpOptions: { baseUrl: `${gateway.url}/gemini`, retryOptions: { attempts: 1 } },
    });
    return {
      ask: async (model) =>
        (await client.models.generateContent({ model, contents: 'hello' })).text,
      async *stream(model, abortSignal) {
        const config = abortSignal ? { abortSignal } : {};
        const request = { model, contents: 'hello', config };
        const parts = await client.models.generateContentStream(request);
        for await (const { text } of parts) yield text ?? '';
      },
    };
  },
};

describe.each(Object.entries(CLIENTS))('%s', (_, open) => {
  it('asks and streams, and the provider sees its own key alone', async () => {
    const client = open(gateway.fleet.addKey());
    expect(await client.ask('any')).toBe('hello');
    expect(await Array.fromAsync(client.stream('any'))).toEqual(['hel', 'lo']);
    expect(upstream.heads).toHaveLength(2);
    for (const head of upstream.heads) {
      expect(head).not.toMatch(/tk_live_/);
      expect(head).toContain('X-Tollkeeper-Key-Id\nkey_00000000000000000001');
    }
    expect(gateway.fleet.counted).toMatchObject([{ accepted: true }, { accepted: true }]);
  });

  it('shows an error of the provider, and one of the gateway', async () => {
    await expect(open(gateway.fleet.addKey()).ask(BUSY_MODEL)).rejects.toThrow(/busy/);
    const refused = open(gateway.fleet.addKey({ status: 'revoked' })).ask('any');
    await expect(refused).rejects.toMatchObject({ status: 401 });
    await expect(refused).rejects.toThrow(/was revoked/);
    expect(upstream.heads).toHaveLength(1);
  });

  it('leaves a stream, and the provider learns of it', async () => {
    const aborter = new AbortController();
    const parts: string[] = [];
    const reading = (async () => {
      for await (const part of open(gateway.fleet.addKey()).stream(ENDLESS_MODEL, aborter.signal)) {
        parts.push(part);
        aborter.abort();
      }
    })();
    await reading.catch(() => undefined);
    expect(parts).toEqual(['hel']);
    await until('the provider knows', () => upstream.left() === 1);
  });
});
