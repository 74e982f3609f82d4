/** For tests: what answers like OpenAI, Azure OpenAI, Anthropic and Gemini, on the wire. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { startUpstream } from './test-gateway.ts';

/** What the providers take; clients never see it. */
export const PROVIDER_KEY = 'provider-key';

export interface LlmUpstream {
  readonly url: string;
  /** The headers of each request, as text. */
  readonly heads: string[];
  /** How many streams their reader left. */
  readonly left: () => number;
}

interface Ask {
  readonly stream?: boolean;
  readonly model?: string;
}

/** A stream for this model sends one event, and then waits for its reader to leave. */
export const ENDLESS_MODEL = 'endless';
/** Requests for this model are refused. */
export const BUSY_MODEL = 'busy';

export async function startLlmUpstream(): Promise<LlmUpstream> {
  const heads: string[] = [];
  let left = 0;
  const { url, server } = await startUpstream(async (req, res) => {
    heads.push(req.rawHeaders.join('\n'));
    const ask = await readAsk(req);
    const api = APIS.find((each) => each.path.test(req.url ?? ''));
    if (!api) sendJson(res, 404, { error: { message: `No such path: ${req.url}` } });
    else if (req.headers[api.header] !== api.credential) sendJson(res, 401, api.error('denied'));
    else if (isModel(req, ask, BUSY_MODEL)) sendJson(res, 429, api.error('busy'));
    else if (ask.stream || req.url?.includes(':stream')) {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const isEndless = isModel(req, ask, ENDLESS_MODEL);
      for (const each of isEndless ? api.events.slice(0, api.first) : api.events) res.write(each);
      if (!isEndless) res.end();
      else res.once('close', () => left++);
    } else sendJson(res, 200, api.answer);
  });
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => protocols.has('realtime') && 'realtime',
  });
  server.on('upgrade', (req, socket, rest) => {
    heads.push(req.rawHeaders.join('\n'));
    if (req.headers.authorization !== `Bearer ${PROVIDER_KEY}`) socket.destroy();
    else {
      sockets.handleUpgrade(req, socket, rest, (opened) => {
        opened.send(JSON.stringify({ type: 'session.created', session: { type: 'realtime' } }));
        opened.on('message', (text) => opened.send(JSON.stringify(echo(String(text)))));
        opened.once('close', () => left++);
      });
    }
  });
  return { url, heads, left: () => left };
}

function echo(text: string): object {
  const { type } = JSON.parse(text);
  return type === 'response.create'
    ? { type: 'response.output_text.delta', delta: 'hello' }
    : {
        type: 'error',
        error: { type: 'invalid_request_error', message: `No such event: ${type}` },
      };
}

const OPENAI_CHUNK = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' };
const openAi = {
  error: (code: string) => ({ error: { message: `openai: ${code}`, type: code, code } }),
  answer: {
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
    choices: [
      { index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' },
    ],
  },
  first: 1,
  events: [
    event({ ...OPENAI_CHUNK, choices: [{ index: 0, delta: { content: 'hel' } }] }),
    event({ ...OPENAI_CHUNK, choices: [{ index: 0, delta: { content: 'lo' } }] }),
    'data: [DONE]\n\n',
  ],
};

/** Each by its own path and header. */
const APIS = [
  {
    ...openAi,
    path: /^\/v1\/chat\/completions$/,
    header: 'authorization',
    credential: `Bearer ${PROVIDER_KEY}`,
  },
  {
    ...openAi,
    path: /^\/openai\/deployments\/\w+\/chat\/completions\?api-version=/,
    header: 'api-key',
    credential: PROVIDER_KEY,
  },
  {
    path: /^\/v1\/messages$/,
    header: 'x-api-key',
    credential: PROVIDER_KEY,
    error: (type: string) => ({ type: 'error', error: { type, message: `anthropic: ${type}` } }),
    answer: message([{ type: 'text', text: 'hello' }]),
    first: 3,
    events: [
      event({ type: 'message_start', message: message([]) }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hel' } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } }),
      event({ type: 'content_block_stop', index: 0 }),
      event({ type: 'message_stop' }),
    ],
  },
  {
    path: /^\/v1(?:beta)?\/models\/\w+:(?:generateContent|streamGenerateContent\?alt=sse)$/,
    header: 'x-goog-api-key',
    credential: PROVIDER_KEY,
    error: (status: string) => ({ error: { code: 429, message: `gemini: ${status}`, status } }),
    answer: content('hello'),
    first: 1,
    events: [event(content('hel')), event(content('lo'))],
  },
] as const;

function message(parts: readonly object[]): object {
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: parts },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } },
  };
}

function content(text: string): object {
  return { candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }] };
}

function event(data: object): string {
  const name = 'type' in data ? `event: ${data.type}\n` : '';
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

function isModel({ url = '' }: IncomingMessage, { model }: Ask, wanted: string): boolean {
  return model === wanted || url.includes(`/${wanted}:`);
}

async function readAsk(req: IncomingMessage): Promise<Ask> {
  let text = '';
  req.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  await once(req, 'end');
  return JSON.parse(text || '{}');
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
