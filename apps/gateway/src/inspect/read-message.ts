import type { BodyFacts, Denial } from '@tollkeeper/gateway-core';
import { headerMismatch, type NamedMessage } from './mcp-headers.ts';
import { invalidMessage, readDenial } from './read-fault.ts';
import {
  isFault,
  LEAF,
  type Member,
  type Members,
  readMembers,
  type Wanted,
} from './read-members.ts';

const leaves = (...names: string[]) => names.map((name): [string, Wanted] => [name, LEAF]);
const WANTED: Wanted = new Map([
  ...leaves('id', 'method', 'result', 'error'),
  ['params', new Map(leaves('name', 'uri'))],
]);

/** A message to an MCP server. */
export interface ReadMessage {
  /** Of the request, as JSON; undefined where there is none, or it cannot be repeated. */
  readonly id: string | undefined;
  readonly outcome: BodyFacts | Denial;
}

/** @param rawHeaders names and values in turn, which must say the same as the body */
export function readMessage(bytes: Buffer, rawHeaders: readonly string[]): ReadMessage {
  const members = readMembers(bytes, WANTED);
  if (isFault(members)) return { id: undefined, outcome: readDenial(members) };
  return { id: idOf(members.get('id')), outcome: readOutcome(members, rawHeaders) };
}

function readOutcome(members: Members, rawHeaders: readonly string[]): BodyFacts | Denial {
  const message = namedMessage(members);
  if (message && 'code' in message) return message;
  const mismatch = headerMismatch(rawHeaders, message);
  if (mismatch) return mismatch;
  // An answer of the client, to what the server asked it.
  if (!message) return {};
  const { method, name } = message;
  if (method !== 'tools/call') return { mcp: { method } };
  if (name === undefined) return invalidMessage('"params.name" must be the name of a tool.');
  return { mcp: { method, tool: name } };
}

/** Undefined for an answer. */
function namedMessage(members: Members): NamedMessage | Denial | undefined {
  const method = members.get('method');
  const isAnswer = members.has('result') || members.has('error');
  if (!method && isAnswer) return undefined;
  if (method?.type !== 'string' || isAnswer) {
    return invalidMessage('The body must be one message of JSON-RPC: a request with a "method".');
  }
  const params = members.get('params');
  const inner: Members = params?.type === 'object' ? params.members : new Map();
  return { method: method.text, name: textOf(inner.get('name')), uri: textOf(inner.get('uri')) };
}

function textOf(member: Member | undefined): string | undefined {
  return member?.type === 'string' ? member.text : undefined;
}

/** Longer ones are not repeated. */
const ID_MAX = 256;

function idOf(member: Member | undefined): string | undefined {
  if (member?.type !== 'string' && member?.type !== 'number') return undefined;
  const { type, text } = member;
  if (text.length > ID_MAX) return undefined;
  return type === 'string' ? JSON.stringify(text) : text;
}
