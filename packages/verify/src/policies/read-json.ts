import { type NotedScopes, notedNothing } from './asked-scopes.ts';

/** A policy that Cedar accepts, or may accept, and that cannot be compiled here. */
export class UnsupportedPolicyError extends Error {
  override readonly name = 'UnsupportedPolicyError';
  readonly policyId: string;
  /** What is not supported, to be shown to the author of the policy. */
  readonly reason: string;

  constructor(policyId: string, reason: string) {
    super(`Cannot compile policy "${policyId}": ${reason}.`);
    this.policyId = policyId;
    this.reason = reason;
  }
}

/** What one policy may hold: more would be no policy that a person reads. */
const NODES_MAX = 20_000;
/** How deep expressions may be nested; chains of `&&` and of `||` count once. */
const DEPTH_MAX = 100;

/** The reading of one policy. */
export interface Reading extends NotedScopes {
  readonly policyId: string;
  nodesLeft: number;
  /** Whether anything read so far asks for the principal, and for the action. */
  usesPrincipal: boolean;
  usesAction: boolean;
  /** Names of the headers that anything read so far asks for. */
  readonly headers: Set<string>;
  /** Whether anything read so far compares `context.path` with what may have upper-case letters. */
  foldsPath: boolean;
}

export function startReading(policyId: string): Reading {
  return {
    policyId,
    nodesLeft: NODES_MAX,
    usesPrincipal: false,
    usesAction: false,
    headers: new Set(),
    foldsPath: false,
    ...notedNothing(),
  };
}

export function countNode(reading: Reading, depth: number): void {
  if (depth > DEPTH_MAX) refuse(reading, `it is nested more than ${DEPTH_MAX} levels deep`);
  if (--reading.nodesLeft < 0) {
    refuse(reading, `it has more than ${NODES_MAX.toLocaleString('en')} operators and values`);
  }
}

export function countedNodes({ nodesLeft }: Reading): number {
  return NODES_MAX - nodesLeft;
}

export function refuse(reading: Reading, reason: string): never {
  throw new UnsupportedPolicyError(reading.policyId, reason);
}

/** An object that holds the required fields, and none but these and the optional ones. */
export function readFields(
  reading: Reading,
  json: unknown,
  where: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const fields = readObject(reading, json, where);
  const names = Object.keys(fields);
  const missing = required.find((name) => !Object.hasOwn(fields, name));
  if (missing !== undefined) refuse(reading, `${where} lacks "${missing}"`);
  const unknown = names.find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown !== undefined) refuse(reading, `"${unknown}" of ${where} is not supported`);
  return fields;
}

export function readObject(
  reading: Reading,
  json: unknown,
  where: string,
): Readonly<Record<string, unknown>> {
  if (!isObject(json)) refuse(reading, `${where} is no object`);
  return json;
}

export function readArray(reading: Reading, json: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(json)) refuse(reading, `${where} is no list`);
  return json;
}

export function readString(reading: Reading, json: unknown, where: string): string {
  if (typeof json !== 'string') refuse(reading, `${where} is no text`);
  return json;
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
