import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  defineRoute,
  type GatewayProblem,
  gatewayProblem,
  visibleLine,
} from '@tollkeeper/contract';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AnswerStream } from './answer-stream.ts';
import { createClient, send } from './client.ts';

it('takes the denial of a gateway in front of the control plane for what it is', async () => {
  const { error, ...problem } = gatewayProblem.parse({
    type: 'about:blank',
    title: 'Revoked',
    status: 401,
    code: 'revoked',
    detail: 'The API key was revoked.',
    requestId: 'req_1',
    error: { message: 'The API key was revoked.', type: 'authentication_error', code: 'revoked' },
  } satisfies GatewayProblem);
  const gateway = createServer((_, res) => {
    res.writeHead(401, { 'content-type': 'application/problem+json' });
    res.end(JSON.stringify({ ...problem, error }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void gateway.close());
  await once(gateway, 'listening');
  const { port } = gateway.address() as AddressInfo;
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}` });
  await expect(client.whoami({})).rejects.toMatchObject({ problem });
});

it.each([
  ['an object', { authorization: 'Bearer a' }],
  ['a function', () => ({ authorization: 'Bearer a' })],
])('sends headers that are given as %s', async (_, headers) => {
  const sent: unknown[] = [];
  const record: typeof fetch = async (_url, init) => {
    sent.push(init?.headers);
    return new Response(null, { status: 204 });
  };
  await createClient({ baseUrl: '', headers, fetch: record }).deleteKey({
    params: { id: 'key_1' },
  });
  expect(sent).toMatchObject([{ authorization: 'Bearer a' }]);
});

it('sends a raw body as it is, under the content type of the route', async () => {
  const route = defineRoute({
    method: 'POST',
    path: '/v1/messages',
    access: 'public',
    summary: 'Receive a message',
    tag: 'Messages',
    rawBody: { contentType: 'application/cbor', bytesMax: 16 },
    status: 204,
    errors: [],
  });
  const sent: unknown[] = [];
  const fetch = async (_url: unknown, { headers, body }: RequestInit = {}) => {
    sent.push(headers, body);
    return new Response(null, { status: 204 });
  };
  const body = new Uint8Array([0xa0, 0xff]);
  expect(await send({ baseUrl: '', fetch }, route, { body }, {})).toBeUndefined();
  expect(sent).toEqual([{ accept: 'application/json', 'content-type': 'application/cbor' }, body]);
});

it('answers a stream before it has ended', async () => {
  const route = defineRoute({
    method: 'GET',
    path: '/v1/export',
    access: 'audit.export',
    summary: 'Export the events',
    tag: 'Events',
    status: 200,
    stream: { contentType: 'text/csv' },
    errors: [],
  });
  const endless = new ReadableStream({ start: (parts) => parts.enqueue(Buffer.from('a,b')) });
  let accepted: string | undefined;
  const fetch = async (_url: unknown, init: RequestInit = {}) => {
    accepted = new Headers(init.headers).get('accept') ?? undefined;
    return new Response(endless);
  };
  const stream = await send({ baseUrl: '', fetch }, route, {}, {});
  expect(accepted).toBe('text/csv, application/json');
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a,b');
});

describe('a stream with declared lines', () => {
  const route = defineRoute({
    method: 'GET',
    path: '/v1/export',
    access: 'audit.export',
    summary: 'Export the events',
    tag: 'Events',
    status: 200,
    stream: {
      contentType: 'application/x-ndjson',
      line: visibleLine(8),
      formats: { csv: { contentType: 'text/csv' } },
    },
    errors: [],
  });
  const ask = async (
    parts: readonly (string | Buffer)[],
    query: Record<string, unknown> = {},
    onCancel = () => undefined,
  ) => {
    const left = parts.map((part) => Buffer.from(part as string));
    const fetch = async () =>
      new Response(
        new ReadableStream({
          pull(sent) {
            const next = left.shift();
            if (next === undefined) sent.close();
            else if (next.length === 0) sent.error(new TypeError('terminated'));
            else sent.enqueue(next);
          },
          cancel: onCancel,
        }),
      );
    return (await send({ baseUrl: '', fetch }, route, { query }, {})) as AnswerStream<unknown>;
  };

  it('is parsed line by line, wherever its parts were cut', async () => {
    const bytes = [...Buffer.from('"ü"\n"b"\n')].map((byte) => Buffer.of(byte));
    const events = await Array.fromAsync(await ask(bytes));
    expect(events).toEqual(['ü', 'b']);
  });

  it('is refused where a line is not what the route declares', async () => {
    await expect(Array.fromAsync(await ask(['1\n']))).rejects.toThrow('expected string');
  });

  it('throws where it breaks off', async () => {
    await expect(Array.fromAsync(await ask(['"a"\n', '']))).rejects.toThrow('terminated');
  });

  it('closes the connection once its reader has seen enough', async () => {
    const closed = Promise.withResolvers<undefined>();
    for await (const _ of await ask(['"a"\n', '"b"\n'], {}, () => {
      closed.resolve(undefined);
      return undefined;
    })) {
      break;
    }
    await closed.promise;
  });

  it('is bytes in another format', async () => {
    const parts = await Array.fromAsync(await ask(['id\n', 'a\n'], { format: 'csv' }));
    expect(Buffer.concat(parts as Uint8Array[]).toString()).toBe('id\na\n');
  });
});
