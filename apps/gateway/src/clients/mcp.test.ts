/** The SDK of MCP, through the gateway of docs/examples/gateway/mcp-server.yaml. */
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

it('shows why a key is refused', async () => {
  await expect(connect(gateway.fleet.addKey({ status: 'revoked' }))).rejects.toThrow(/was revoked/);
  expect(upstream.heads).toEqual([]);
});
