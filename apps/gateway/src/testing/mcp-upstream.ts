/** For tests: an MCP server over streamable HTTP, with sessions and streams that can be resumed. */
import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { startUpstream } from './test-gateway.ts';

export interface McpUpstream {
  readonly url: string;
  /** Method and headers of each request, as text. */
  readonly heads: string[];
  /** How many endless tools began, and were cancelled. */
  readonly begun: () => number;
  readonly cancelled: () => number;
}

/** Its address is `/mcp`. @param isJson whether it answers with JSON instead of events */
export async function startMcpUpstream(isJson = false): Promise<McpUpstream> {
  const heads: string[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let begun = 0;
  let cancelled = 0;
  const wait = async (signal: AbortSignal) => {
    begun++;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    cancelled++;
  };
  const { url } = await startUpstream(async (req, res) => {
    heads.push([req.method, ...req.rawHeaders].join('\n'));
    const known = sessions.get(String(req.headers['mcp-session-id']));
    const transport = known ?? (await openSession(sessions, wait, isJson));
    await transport.handleRequest(req, res);
  });
  return { url, heads, begun: () => begun, cancelled: () => cancelled };
}

async function openSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
  wait: (signal: AbortSignal) => Promise<void>,
  enableJsonResponse: boolean,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    eventStore: createEventStore(),
    retryInterval: 1,
    enableJsonResponse,
  });
  const server = new McpServer(
    { name: 'test', version: '1.0.0' },
    { capabilities: { logging: {} } },
  );
  server.registerTool('whoami', {}, ({ requestInfo }) => ({
    content: [{ type: 'text', text: String(requestInfo?.headers['x-tollkeeper-key-name']) }],
  }));
  server.registerTool('resumed', {}, async ({ closeSSEStream, sendNotification, requestInfo }) => {
    const notify = (data: string) =>
      sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    await notify('before');
    // The client comes back, with the id of the last event that it saw.
    closeSSEStream?.();
    await notify('between');
    return { content: [{ type: 'text', text: `after, for ${requestInfo?.headers.accept}` }] };
  });
  server.registerTool('endless', {}, async ({ signal }) => {
    await wait(signal);
    return { content: [] };
  });
  server.registerTool('broken', {}, () => {
    throw new Error('this tool is broken');
  });
  await server.connect(transport);
  return transport;
}

/** The SDK's own example orders events of one millisecond by chance. */
function createEventStore(): EventStore {
  const events: { readonly streamId: string; readonly message: JSONRPCMessage }[] = [];
  return {
    storeEvent: async (streamId, message) => String(events.push({ streamId, message })),
    getStreamIdForEventId: async (id) => events[Number(id) - 1]?.streamId,
    async replayEventsAfter(lastId, { send }) {
      const streamId = events[Number(lastId) - 1]?.streamId ?? '';
      for (let at = Number(lastId); at < events.length; at++) {
        const event = events[at];
        if (event?.streamId === streamId) await send(String(at + 1), event.message);
      }
      return streamId;
    },
  };
}
