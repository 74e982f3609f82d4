import type { PolicyRequestInput } from '@tollkeeper/contract';
import { type OptionValues, text, words } from '../command/option.ts';
import { EXIT, Failure } from '../failure.ts';

/** Options that describe a request to policies. */
export const requestOptions = {
  method: text('method', 'Method of the request, such as GET; with --path'),
  path: text('path', 'Path of the request, without its query; with --method'),
  host: text('host', 'Host of the request'),
  header: words('name:value', 'Headers of the request'),
  model: text('model', 'Model that the body of the request asks for'),
  mcpMethod: text('method', 'Method of the message to an MCP server, such as tools/call'),
  mcpTool: text('tool', 'Tool that the message calls; with --mcp-method'),
  gateway: text('name', 'Name of the gateway that the request goes to'),
  route: text('path', 'Path of the route that it takes there'),
};

/** Undefined where no option is given. @throws Failure */
export function readRequest(
  options: OptionValues<typeof requestOptions>,
): PolicyRequestInput | undefined {
  const { method, path, host, header, model, mcpMethod, mcpTool, gateway, route } = options;
  const all = [method, path, host, header, model, mcpMethod, mcpTool, gateway, route];
  if (all.every((each) => each === undefined)) return undefined;
  if (method === undefined || path === undefined) {
    throw new Failure(EXIT.usage, 'A request needs both --method and --path.');
  }
  if (mcpTool !== undefined && mcpMethod === undefined) {
    throw new Failure(EXIT.usage, '--mcp-tool needs --mcp-method, such as tools/call.');
  }
  const tool = mcpTool === undefined ? {} : { tool: mcpTool };
  return {
    method: method.toUpperCase(),
    path,
    ...(host === undefined ? {} : { host }),
    ...(model === undefined ? {} : { model }),
    ...(mcpMethod === undefined ? {} : { mcp: { method: mcpMethod, ...tool } }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(route === undefined ? {} : { route }),
    ...(header ? { headers: Object.fromEntries(header.map(parseHeader)) } : {}),
  };
}

function parseHeader(text: string): [string, string] {
  const at = text.indexOf(':');
  if (at < 1) throw new Failure(EXIT.usage, `"${text}" is no header: write name:value.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
