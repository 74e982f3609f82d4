import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RouteConfig } from '../config/config.ts';
import { connectRaw } from '../testing/raw-client.ts';
import { setPolicy } from '../testing/set-policy.ts';
import {
  startTestGateway,
  startUpstream,
  type TestGateway,
  testConfig,
} from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

const PERMIT_ALL = 'permit (principal, action, resource);';
const ONE_MODEL = `${PERMIT_ALL}
forbid (principal, action, resource) unless { context has model && context.model == "small" };`;
const ONE_TOOL = `${PERMIT_ALL}
forbid (principal, action, resource)
when { context has mcp && context.mcp.method == "tools/call" }
unless { context.mcp has tool && context.mcp.tool == "search" };`;

interface Received {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

let gateway: TestGateway;
let received: Received[];
let key: string;

beforeEach(async () => {
  received = [];
  const upstream = await startUpstream(async (req, res) => {
    const body = await buffer(req);
    received.push({ body: body.toString(), headers: req.headers });
    res.end('taken');
  });
  const { routes, limits } = await testConfig(upstream.url);
  const at = (path: string, change: Partial<RouteConfig>) =>
    routes.map((each) => ({ ...each, path, ...change }));
  gateway = await startTestGateway(upstream.url, {
    limits: { ...limits, bodyTimeoutMs: 500, inspectedBytesMax: 100_000 },
    routes: [
      ...at('/openai', { inspect: 'openai', inspectBytesMax: 90_000 }),
      ...at('/short', { inspect: 'openai', inspectBytesMax: 90_000, bodyBytesMax: 20 }),
      ...at('/mcp', { inspect: 'mcp', inspectBytesMax: 200 }),
      ...at('', {}),
    ],
  });
  key = gateway.fleet.addKey();
});

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const answer = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

describe('a body that is inspected', () => {
  it('decides by its model, and reaches the upstream byte for byte', async () => {
    setPolicy(gateway.fleet, ONE_MODEL);
    const body = '{ "mod\\u0065l":"small", "n": 1.0e0 }\n';
    expect(await post('/openai/v1', body)).toMatchObject({ status: 200, text: 'taken' });
    const denied = await post('/openai/v1', '{"model":"large"}');
    expect([denied.status, JSON.parse(denied.text)]).toMatchObject([
      403,
      { code: 'policy_denied' },
    ]);
    expect((await post('/openai/v1', '{}')).status).toBe(403);
    expect(received.map((each) => each.body)).toEqual([body]);
    const accepted = gateway.fleet.counted.map((each) => each.accepted);
    expect(accepted).toEqual([true, false, false]);
  });

  it('is not read on other routes, and of requests without one', async () => {
    setPolicy(gateway.fleet, ONE_MODEL);
    expect((await post('/other', '{"model":"small"}')).status).toBe(403);
    const headers = { 'x-api-key': key };
    expect((await fetch(`${gateway.url}/openai/v1/models`, { headers })).status).toBe(403);
    setPolicy(gateway.fleet, PERMIT_ALL);
    expect((await fetch(`${gateway.url}/openai/v1/models`, { headers })).status).toBe(200);
    expect((await post('/other', '[1', { 'content-type': 'text/plain' })).status).toBe(200);
  });

  it('may come in small chunks, after 100 Continue, and with what is pipelined behind it', async () => {
    setPolicy(gateway.fleet, ONE_MODEL);
    const client = await connectRaw(gateway.address);
    const head = `Host: a\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\n`;
    client.send(
      `POST /openai/v1 HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`,
    );
    await client.receives('100 Continue\r\n\r\n');
    for (const each of '{"model":"small"}') client.send(`1\r\n${each}\r\n`);
    client.send('0\r\n\r\n');
    client.send(`POST /openai/v1 HTTP/1.1\r\n${head}Content-Length: 17\r\n\r\n{"model":"large"}`);
    await client.receives(/ 200 OK.*taken.* 403 Forbidden.*policy_denied/s);
    expect(received.map((each) => each.body)).toEqual(['{"model":"small"}']);
    expect(client.received().match(/100 Continue/g)).toHaveLength(1);
    client.socket.destroy();
  });

  it('keeps its trailers', async () => {
    const client = await connectRaw(gateway.address);
    client.send(
      `POST /openai/v1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n`,
    );
    await client.receives('taken');
    expect(received).toMatchObject([{ body: '{}', headers: { trailer: 'X-Sum' } }]);
    client.socket.destroy();
  });
});

describe('a body that cannot be inspected', () => {
  it.each([
    ['a doubled name', '{"model":"small","model":"large"}', 400, 'ambiguous_body'],
    ['a batch', '[{"model":"small"}]', 400, 'batch_not_supported'],
    ['no JSON', 'model', 400, 'malformed_json'],
    ['a long one', `{"a":"${'x'.repeat(90_000)}"}`, 413, 'inspected_body_too_large'],
  ])('is refused and counted: %s', async (_, body, status, code) => {
    const denied = await post('/openai/v1', body);
    expect([denied.status, JSON.parse(denied.text)]).toMatchObject([
      status,
      { code, error: { code, message: expect.any(String) } },
    ]);
    expect(gateway.fleet.counted).toMatchObject([{ accepted: false, settled: true }]);
    expect(received).toEqual([]);
  });

  it('is refused for its type, and for the limit of its route', async () => {
    const form = await post('/openai/v1', 'a', {
      'content-type': 'multipart/form-data; boundary=a',
    });
    expect([form.status, JSON.parse(form.text).code]).toEqual([415, 'unsupported_media_type']);
    const long = await post('/short', `{"model":"${'x'.repeat(20)}"}`);
    expect([long.status, JSON.parse(long.text).code]).toEqual([413, 'body_too_large']);
    expect(received).toEqual([]);
  });

  it('is refused in chunks as soon as it is too long', async () => {
    const client = await connectRaw(gateway.address);
    const head = `Host: a\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\n`;
    client.send(`POST /mcp HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nc9\r\n`);
    client.send('x'.repeat(201));
    await client.receives(/ 413 .*"code":413.*inspected_body_too_large/s);
    client.socket.destroy();
  });

  it('is refused when no more of it comes', async () => {
    const client = await connectRaw(gateway.address);
    client.send(
      `POST /openai/v1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    );
    await client.receives(/ 408 .*request_timeout/s);
    client.socket.destroy();
  });

  it('is answered as JSON-RPC to a client of MCP, with the id of its request', async () => {
    const denied = await post('/mcp', '{"jsonrpc":"2.0","id":"a","method":"ping"}', {
      'mcp-method': 'tools/call',
    });
    expect([denied.status, denied.type]).toEqual([400, 'application/json']);
    expect(JSON.parse(denied.text)).toMatchObject({
      jsonrpc: '2.0',
      id: 'a',
      error: { code: -32020, data: { code: 'header_mismatch' } },
    });
    const doubled = await post('/mcp', '{"id":1,"id":2}');
    expect(JSON.parse(doubled.text)).toEqual({
      jsonrpc: '2.0',
      error: expect.objectContaining({ code: -32600 }),
    });
    setPolicy(gateway.fleet, ONE_TOOL);
    const forbidden = await post('/mcp', '{"id":7,"method":"tools/call","params":{"name":"a"}}');
    expect([forbidden.status, JSON.parse(forbidden.text)]).toMatchObject([
      403,
      { id: 7, error: { code: 403, data: { code: 'policy_denied' } } },
    ]);
  });
});

describe('memory for bodies', () => {
  const begin = async (bytes: number) => {
    const client = await connectRaw(gateway.address);
    client.send(
      `POST /openai/v1 HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n${'x'.repeat(bytes)}`,
    );
    return client;
  };

  it('has a bound in total, and is given back', async () => {
    const first = await begin(80_000);
    await until('most is taken', () => first.socket.bytesWritten > 80_000);
    const second = await begin(80_000);
    await Promise.race([
      first.receives(/ 503 .*unavailable/s),
      second.receives(/ 503 .*unavailable/s),
    ]);
    first.socket.destroy();
    second.socket.destroy();
    const body = `{"model":"${'x'.repeat(85_000)}"}`;
    await until('there is room again', async () => (await post('/openai/v1', body)).status === 200);
    const isEmpty = /^tollkeeper_gateway_inspected_bytes 0$/m;
    await until('all is given back', async () =>
      isEmpty.test(await (await fetch(`${gateway.adminUrl}/metrics`)).text()),
    );
    for (let times = 0; times < 3; times++)
      expect((await post('/openai/v1', body)).status).toBe(200);
  });

  it('is taken for no body of a key that may not call', async () => {
    key = gateway.fleet.addKey({ status: 'disabled' });
    const client = await begin(10);
    expect(await client.receives(/"code":"disabled"/)).toMatch(/^HTTP\/1\.1 401 /);
    client.socket.destroy();
  });
});
