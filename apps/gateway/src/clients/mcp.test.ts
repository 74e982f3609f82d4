/** The SDK of MCP, through the gateway of docs/examples/gateway/mcp-server.yaml. */
import {
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { beforeEach, expect, it } from 'vitest';
import { closeLater } from '../testing/close-later.ts';
import { type McpUpstream, startMcpUpstream } from '../testing/mcp-upstream.ts';
import { startExample } from '../testing/start-example.ts';
import type { TestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';

let upstream: McpUpstream;
let gateway: TestGateway;

beforeEach(async () => {
  upstream = await startMcpUpstream();
  gateway = await startExample('mcp-server.yaml', {
    replaced: { 'http://127.0.0.1:3000': upstream.url },
  });
});

async function connect(key: string) {
  const url = new URL(`${gateway.url}/mcp`);
  const headers = { authorization: `Bearer ${key}` };
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  closeLater(() => client.close());
  return { client, transport };
}

it('opens a session, calls tools, and ends it; the server knows whose call it is', async () => {
  const { client, transport } = await connect(gateway.fleet.addKey({ name: 'cursor-dev' }));
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('whoami');
  expect(await client.callTool({ name: 'whoami' })).toMatchObject({
    content: [{ text: 'cursor-dev' }],
  });
  expect(await client.callTool({ name: 'broken' })).toMatchObject({
    isError: true,
    content: [{ text: 'this tool is broken' }],
  });
  await transport.terminateSession();
  expect(upstream.heads.at(-1)).toMatch(/^DELETE\n/);
  for (const head of upstream.heads) expect(head).not.toMatch(/tk_live_/);
});

it('resumes a stream that ended before its result', async () => {
  const { client } = await connect(gateway.fleet.addKey());
  const notified: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    notified.push(params.data);
  });
  const result = await client.callTool({ name: 'resumed' });
  expect(result).toMatchObject({ content: [{ text: expect.stringMatching(/^after/) }] });
  expect(notified).toEqual(['before', 'between']);
  expect(upstream.heads.some((head) => /^GET\n.*last-event-id\n/is.test(head))).toBe(true);
});

it('cancels a tool that runs', async () => {
  const { client } = await connect(gateway.fleet.addKey());
  const aborter = new AbortController();
  const call = client.callTool({ name: 'endless' }, undefined, { signal: aborter.signal });
  const ended = expect(call).rejects.toThrow(/abort/i);
  await until('the tool was called', () => upstream.begun() === 1);
  aborter.abort();
  await ended;
  await until('the server cancelled it', () => upstream.cancelled() === 1);
});

it('reads from the gateway where to get a key', async () => {
  const answer = await fetch(`${gateway.url}/mcp`, { method: 'POST' });
  const { resourceMetadataUrl: at } = extractWWWAuthenticateParams(answer);
  expect([answer.status, at?.href]).toEqual([
    401,
    'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
  ]);
  gateway.fleet.noKeys = 'no_snapshot';
  expect(await discoverOAuthProtectedResourceMetadata(`${gateway.url}/mcp`)).toEqual({
    resource: 'https://mcp.example.com/mcp',
    bearer_methods_supported: ['header'],
    resource_name: 'Example tools',
    resource_documentation: 'https://wiki.example.com/how-to-get-a-key',
  });
  expect([upstream.heads, gateway.fleet.counted]).toEqual([[], []]);
});

it.each([
  ['GET', '', 200],
  ['HEAD', '/?a=b', 200],
  ['POST', '', 405],
  ['GET', '/other', 404],
  ['GET', '%3f', 400],
])('answers %s at the metadata, followed by %j, with %i', async (method, rest, status) => {
  const path = `/.well-known/oauth-protected-resource/mcp${rest}`;
  const origin = 'https://inspector.example.com';
  const answer = await fetch(gateway.url + path, { method, headers: { origin } });
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
});

it('sends clients to the metadata at /forward-auth too', async () => {
  const path = `${gateway.url}/forward-auth`;
  const headers = { 'x-forwarded-uri': '/mcp' };
  expect((await fetch(path, { headers })).status).toBe(404);
  gateway.reload({ ...gateway.config, forwardAuth: true });
  const denied = await fetch(path, { headers });
  expect([denied.status, denied.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringMatching(/^Bearer .*resource_metadata="https:.*\/mcp"$/),
  ]);
});

it('shows why a key is refused', async () => {
  await expect(connect(gateway.fleet.addKey({ status: 'revoked' }))).rejects.toThrow(/was revoked/);
  expect(upstream.heads).toEqual([]);
});
