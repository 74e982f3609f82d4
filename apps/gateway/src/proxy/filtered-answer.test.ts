import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import { setPolicy } from '../testing/set-policy.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';

const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
const BYTES_MAX = 300;
const toolList = (...names: string[]) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: names.map((name) => ({ name })) } });

let answer: (req: IncomingMessage, res: ServerResponse) => void;
let gateway: TestGateway;

beforeEach(async () => {
  const upstream = await startUpstream((req, res) => answer(req.resume(), res));
  const { routes } = await testConfig(upstream.url);
  const timeouts = { connectMs: 1000, responseMs: 300, idleMs: 1000 };
  gateway = await startTestGateway(upstream.url, {
    routes: routes.map((each) => ({
      ...each,
      ...{ inspect: 'mcp', inspectBytesMax: BYTES_MAX, timeouts },
    })),
  });
  setPolicy(
    gateway.fleet,
    `permit (principal, action, resource);
    forbid (principal, action == Action::"POST", resource)
    when { context has mcp.tool && context.mcp.tool != "search" };`,
  );
});

async function ask(init: RequestInit) {
  const headers = {
    ...{ 'x-api-key': gateway.fleet.addKey(), 'content-type': 'application/json' },
    'accept-encoding': 'gzip',
  };
  const received = await fetch(gateway.url, { headers, ...init });
  return { status: received.status, headers: received.headers, text: await received.text() };
}
const list = () => ask({ method: 'POST', body: LIST });
const reply = (type: string, body: string | Buffer, headers = {}) => {
  answer = (_, res) => res.writeHead(200, { 'content-type': type, ...headers }).end(body);
};

it('states the length of what is left, and no hash of what was there', async () => {
  const body = toolList('search', 'delete');
  reply('application/json', body, { etag: '"a"', 'content-length': body.length, 'x-other': 'b' });
  const { headers, text } = await list();
  expect(text).toBe(toolList('search'));
  const named = ['content-length', 'etag', 'x-other'].map((name) => headers.get(name));
  expect(named).toEqual([String(text.length), null, 'b']);
});

it('passes on byte for byte what it need not change', async () => {
  const body = ` ${toolList('search')}\n`;
  reply('application/json; charset=utf-8', body, { etag: '"a"' });
  const { headers, text } = await list();
  expect([text, headers.get('etag')]).toEqual([body, '"a"']);
  answer = (_, res) => res.writeHead(500, { 'content-type': 'text/plain' }).end('no list');
  expect(await list()).toMatchObject({ status: 500, text: 'no list' });
  answer = (_, res) => res.writeHead(202).end();
  expect(await list()).toMatchObject({ status: 202, text: '' });
});

it('goes by no type of an answer, and shows no list that it cannot read', async () => {
  reply('text/plain', toolList('search', 'delete'));
  expect((await list()).text).toBe(toolList('search'));
  reply('application/json', Buffer.from(toolList('delete'), 'utf16le'));
  expect((await list()).status).toBe(502);
});

it('filters an answer that a GET resumes', async () => {
  reply('text/event-stream', `id: 1\ndata: ${toolList('search', 'delete')}\n\n`);
  const { text } = await ask({ method: 'GET' });
  expect(text).toBe(`id: 1\ndata: ${toolList('search')}\n\n`);
});

it('leaves other answers as they are', async () => {
  reply('text/html', '<p>MCP');
  expect(await ask({ method: 'GET' })).toMatchObject({ status: 200, text: '<p>MCP' });
  reply('application/json', toolList('delete'));
  const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  expect((await ask({ method: 'POST', body: ping })).text).toBe(toolList('delete'));
});

it('asks for no compression, and shows no list that is compressed all the same', async () => {
  const asked: unknown[] = [];
  answer = (req, res) => {
    asked.push(req.headers['accept-encoding']);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    res.writeHead(200, headers).end(gzipSync(toolList('delete')));
  };
  const { status, text } = await list();
  expect([status, JSON.parse(text), asked]).toMatchObject([
    502,
    { id: 1, error: { code: 502, data: { code: 'upstream_failed' } } },
    ['identity'],
  ]);
  const events = gzipSync(`data: ${toolList('delete')}\n\n`);
  reply('text/event-stream', events, { 'content-encoding': 'gzip' });
  expect((await list()).status).toBe(502);
});

it('shows no list that is too long, or does not end', async () => {
  reply('application/json', toolList('delete', 'x'.repeat(BYTES_MAX)));
  expect((await list()).status).toBe(502);
  answer = (_, res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).write('{"result":');
  expect((await list()).status).toBe(504);
  answer = (_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`data: ${'x'.repeat(BYTES_MAX)}`);
  };
  await expect(list()).rejects.toThrow();
});
