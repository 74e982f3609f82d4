import { expect, it } from 'vitest';
import { bodyPartsOf, NO_CALL, simulationBody } from './simulated-call.ts';

const KEY = { id: 'key_1', name: 'ci', workspaceId: null };
const MODEL = 'forbid (principal, action, resource) unless { context has model };';
const MCP = 'forbid (principal, action, resource) when { context.mcp.method == "ping" };';

function requestOf(text: string, part: object) {
  const policy = { text, mode: 'enforce', workspaceId: null } as const;
  return simulationBody({ ...NO_CALL, ...part, key: KEY }, policy).request;
}

it.each([
  [MODEL, { model: true, mcp: false }],
  [MCP, { model: false, mcp: true }],
  [
    'permit (principal, action, resource) when { context["model"] == "a" };',
    { model: true, mcp: false },
  ],
  [
    'permit (principal, action, resource) when { context.path == "/model" };',
    { model: false, mcp: false },
  ],
])('finds what %j asks of the body', (text, parts) => {
  expect(bodyPartsOf({ text })).toEqual(parts);
});

it('sends the model or the message of MCP, where the text asks for it', () => {
  const sent = { model: 'gpt-5', mcpTool: 'search' };
  expect(requestOf(MODEL, sent)).toEqual({ method: 'GET', path: '/', model: 'gpt-5' });
  expect(requestOf(MCP, sent).mcp).toEqual({ method: 'tools/call', tool: 'search' });
  expect(requestOf(MCP, { mcpMethod: 'tools/list' }).mcp).toEqual({ method: 'tools/list' });
  expect(requestOf(MCP, { model: 'gpt-5' })).toEqual({ method: 'GET', path: '/' });
});
