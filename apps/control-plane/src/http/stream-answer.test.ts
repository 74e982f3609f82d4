/** Routes whose body or answer is not JSON. The contract has none yet, so the test declares some. */
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { defineRoute } from '@tollkeeper/contract';
import Fastify from 'fastify';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuth } from '../features/identity/index.ts';
import { atFileEnd } from '../testing/at-file-end.ts';
import type { Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { choosePlan } from '../testing/people.ts';
import { claimServer, SESSION_SECRET, startTestApp, type TestApp } from '../testing/test-app.ts';
import { createAttempts } from './attempts.ts';
import { compileSerializer, compileValidator } from './compilers.ts';
import { createKnownDevices } from './known-device.ts';
import { problemSender } from './problem.ts';
import { registerRoutes } from './register-routes.ts';
import { confirmStream } from './stream-answer.ts';

const RECEIVE = defineRoute({
  method: 'POST',
  path: '/v1/messages',
  access: 'public',
  summary: 'Receive a message',
  tag: 'Messages',
  rawBody: { contentType: 'application/json', bytesMax: 16 },
  status: 200,
  stream: { contentType: 'application/octet-stream' },
  errors: [],
});

const EXPORT = defineRoute({
  method: 'GET',
  path: '/v1/export',
  access: 'api_keys.read',
  summary: 'Export the keys',
  tag: 'Keys',
  status: 200,
  stream: { contentType: 'text/csv', fileName: 'keys.csv' },
  errors: [],
});

let app: TestApp;
let owner: Client;
let key: TestKey;
let url: string;
/** What the export waits for before it has its stream. */
let made: Promise<void>;
let onExport: () => void;
let cancelled: unknown;
let isEndless = false;
let pulls = 0;
let onCancelled: () => void = () => undefined;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  await choosePlan(app, 'enterprise');
  key = await makeKey(app, owner);
  const { services } = app;
  const options = { ...app, baseUrl: app.baseUrl, secret: SESSION_SECRET, version: '0.0.0' };
  const auth = createAuth({ ...services, baseUrl: app.baseUrl, secret: SESSION_SECRET });
  const server = Fastify();
  atFileEnd(() => server.close());
  server.setErrorHandler(problemSender(services.log));
  server.setValidatorCompiler(compileValidator);
  server.setSerializerCompiler(compileSerializer);
  server.decorateRequest('guess', null);
  server.decorateRequest('provenEmail', null);
  registerRoutes(
    server,
    {
      ...options,
      auth,
      trustedProxies: [],
      dashboardDir: undefined,
      isReady: () => Promise.resolve(true),
    },
    {
      services,
      auth,
      attempts: createAttempts(services.db, SESSION_SECRET),
      devices: createKnownDevices(SESSION_SECRET, app.baseUrl),
    },
    [
      { name: 'receiveMessage', route: RECEIVE, handler: (_ctx, { body }) => streamOf(body) },
      { name: 'exportKeys', route: EXPORT, handler: exportKeys },
    ],
  );
  await server.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});

async function exportKeys(): Promise<ReadableStream> {
  onExport();
  await made;
  return isEndless ? endless() : streamOf(Buffer.from('name\nci\n'));
}

/** Larger than what the sockets hold between them. */
const PART = Buffer.alloc(1024 * 1024, 'a');

function endless(): ReadableStream {
  return new ReadableStream(
    {
      pull(parts) {
        pulls += 1;
        parts.enqueue(PART);
      },
      cancel(reason) {
        cancelled = reason;
        onCancelled();
      },
    },
    { highWaterMark: 0 },
  );
}

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    pull(parts) {
      parts.enqueue(bytes);
      parts.close();
    },
    cancel(reason) {
      cancelled = reason;
    },
  });
}

function send(body: string, contentType = 'application/json') {
  const headers = { 'content-type': contentType };
  return fetch(`${url}/v1/messages`, { method: 'POST', headers, body });
}

it('gives a raw body to its handler byte by byte, as it was signed', async () => {
  const answer = await send('{"b":1,  "a":2}');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(await answer.text()).toBe('{"b":1,  "a":2}');
});

it.each([
  ['17 bytes', '12345678901234567', 'application/json', 413, 'The body may be at most 16 bytes.'],
  ['another type', 'a', 'text/plain', 415, 'Send the body as application/json.'],
])('refuses a raw body of %s', async (_what, body, contentType, status, detail) => {
  const answer = await send(body, contentType);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ detail });
});

it('refuses a request without the raw body', async () => {
  const answer = await fetch(`${url}/v1/messages`, { method: 'POST' });
  expect(answer.status).toBe(415);
});

function exportAs({ secret }: TestKey) {
  return fetch(`${url}/v1/export`, { headers: { authorization: `Bearer ${secret}` } });
}

it('streams a file under its name to a caller who holds the scope, and to no other', async () => {
  made = Promise.resolve();
  onExport = () => undefined;
  const answer = await exportAs(key);
  expect(answer.headers.get('content-type')).toBe('text/csv');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="keys.csv"');
  expect(await answer.text()).toBe('name\nci\n');
  const other = await makeKey(app, owner, { scopes: ['usage.read'] });
  expect((await exportAs(other)).status).toBe(403);
  expect((await fetch(`${url}/v1/export`)).status).toBe(401);
});

it('answers HEAD with the head of a stream', async () => {
  made = Promise.resolve();
  const headers = { authorization: `Bearer ${key.secret}` };
  const answer = await fetch(`${url}/v1/export`, { method: 'HEAD', headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/csv');
  expect(await answer.text()).toBe('');
});

it('sends nothing of a stream to a key that was disabled while the stream was being made', async () => {
  const disabled = await makeKey(app, owner);
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  made = gate.promise;
  onExport = begun.resolve;
  const pending = exportAs(disabled);
  await begun.promise;
  await owner.post(`/v1/api-keys/${disabled.id}/disable`);
  gate.resolve();
  const answer = await pending;
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-disposition')).toBeNull();
  expect(await answer.json()).toMatchObject({ code: 'disabled' });
  expect(cancelled).toMatchObject({ code: 'disabled' });
});

describe('an endless stream', () => {
  const begin = async (reader: TestKey) => {
    isEndless = true;
    onTestFinished(() => {
      isEndless = false;
    });
    const stopped = Promise.withResolvers<void>();
    onCancelled = stopped.resolve;
    made = Promise.resolve();
    pulls = 0;
    const parts = (await exportAs(reader)).body?.getReader();
    if (!parts) throw new Error('The answer has no body');
    await parts.read();
    return { parts, stopped: stopped.promise };
  };
  const readOn = async (parts: ReadableStreamDefaultReader) => {
    while (!(await parts.read()).done);
  };

  it('ends, and is not complete, soon after its key was disabled', async () => {
    const disabled = await makeKey(app, owner);
    const { parts, stopped } = await begin(disabled);
    await owner.post(`/v1/api-keys/${disabled.id}/disable`);
    await expect(readOn(parts)).rejects.toThrow('terminated');
    await stopped;
    expect(cancelled).toMatchObject({ code: 'disabled' });
  });

  it('stops being made when its client leaves', async () => {
    const { parts, stopped } = await begin(key);
    await parts.cancel();
    await stopped;
  });

  const confirmed = async (stalledMs: number, destroy: () => void) => {
    const reply = { raw: { destroy } } as never;
    const stream = await confirmStream(async () => undefined, stalledMs)(
      {} as never,
      reply,
      endless(),
    );
    return (stream as ReadableStream).getReader();
  };

  it('makes no part before its client has taken the one before', async () => {
    pulls = 0;
    const parts = await confirmed(60_000, () => undefined);
    await setImmediate();
    expect(pulls).toBe(0);
    await parts.read();
    await setImmediate();
    expect(pulls).toBe(1);
    await parts.cancel();
  });

  it('is given up when its client reads nothing for too long', async () => {
    const closed = Promise.withResolvers<void>();
    const parts = await confirmed(1, closed.resolve);
    await parts.read();
    await closed.promise;
    expect(cancelled).toMatchObject({ message: 'The client stopped reading' });
  });
});
