/** Whether the key may call the tool of this name. */
export type MayCall = (tool: string) => boolean;

/**
 * A message of an MCP server without the tools that its reader may not call, as in the answer to
 * tools/list. Undefined where nothing is to be changed.
 * @throws SyntaxError for what is no JSON, even after the mark that readers skip
 */
export function filterTools(text: string, mayCall: MayCall): string | undefined {
  const json = text.replace(/^\ufeff/, '');
  if (!changeMessage(JSON.parse(json), mayCall)) return undefined;
  const message = JSON.parse(json, keepNumber);
  changeMessage(message, mayCall);
  return JSON.stringify(message);
}

/** As it was written: read and written anew, integers above 2^53 would lose digits. */
function keepNumber(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value;
}

declare global {
  /** Of ES2026, which the library of TypeScript does not have yet. */
  interface JSON {
    parse(text: string, reviver: typeof keepNumber): unknown;
    rawJSON(text: string): unknown;
  }
}

/** @returns whether anything was changed */
function changeMessage(message: unknown, mayCall: MayCall): boolean {
  const results = (Array.isArray(message) ? message : [message]).map(resultOf);
  let isChanged = false;
  for (const result of results) {
    if (!isRecord(result) || !Array.isArray(result.tools)) continue;
    const allowed = result.tools.filter((tool) => !isRecord(tool) || isAllowed(tool, mayCall));
    if (allowed.length < result.tools.length) {
      result.tools = allowed;
      isChanged = true;
    }
    // Of one key: a shared cache would show it to others (MCP 2026-07-28, "Caching").
    if (result.cacheScope === 'public') {
      result.cacheScope = 'private';
      isChanged = true;
    }
  }
  return isChanged;
}

function resultOf(message: unknown): unknown {
  return isRecord(message) ? message.result : undefined;
}

/** One without a name cannot be called. */
function isAllowed({ name }: Record<string, unknown>, mayCall: MayCall): boolean {
  return typeof name === 'string' && mayCall(name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
