import { isUtf8 } from 'node:buffer';
import type { Denial } from '@tollkeeper/gateway-core';
import { lenientName } from '../request/header-kinds.ts';
import { shown } from './read-fault.ts';

/** What headers repeat of a request to an MCP server. */
export interface NamedMessage {
  readonly method: string;
  /** Of the parameters. */
  readonly name: string | undefined;
  readonly uri: string | undefined;
}

/**
 * Why the headers `Mcp-Method` and `Mcp-Name` contradict the body: what another proxy went by must be
 * what the server acts on (MCP 2026-07-28, Streamable HTTP, "Server Validation").
 * @param message undefined for an answer of the client, which has no method
 */
export function headerMismatch(
  rawHeaders: readonly string[],
  message: NamedMessage | undefined,
): Denial | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const value = rawHeaders[at + 1] ?? '';
    switch (lenientName(rawHeaders[at] ?? '')) {
      case 'mcp-method':
        if (value !== message?.method) return mismatch('Mcp-Method', value, message?.method);
        break;
      case 'mcp-name': {
        const field = message && NAME_FIELDS.get(message.method);
        if (!message || !field) break;
        const given = decodeName(value);
        if (given === undefined || given !== message[field]) {
          return mismatch('Mcp-Name', value, message[field]);
        }
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Which parameter the name repeats, where the specification says so. */
const NAME_FIELDS = new Map<string, 'name' | 'uri'>([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

const ENCODED = /^=\?base64\?(.*)\?=$/;

/** Undefined for what encodes no text. */
function decodeName(value: string): string | undefined {
  const [, encoded] = ENCODED.exec(value) ?? [];
  if (encoded === undefined) return value;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : undefined;
}

function mismatch(header: string, value: string, expected: string | undefined): Denial {
  const body =
    expected === undefined ? 'nothing in the body' : `the body, which has ${shown(expected)}`;
  return {
    code: 'header_mismatch',
    detail: `Header mismatch: ${header} is ${shown(value)}, which does not match ${body}.`,
  };
}
