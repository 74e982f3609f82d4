import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { describeIssue, describeUnknown } from './describe-issue.ts';
import type { Environment } from './expand-variables.ts';
import { type GatewayFile, gatewayFile } from './gateway-file.ts';

interface Source {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A gateway.yaml that was read. */
export interface ReadFile {
  readonly file: GatewayFile;
  /** Names the setting, with its line and column. */
  faultAt(path: readonly PropertyKey[], reason: string): string;
  lineOf(path: readonly PropertyKey[]): number;
}

/** @throws ConfigError naming every fault with its line and column */
export function readGatewayFile(name: string, text: string, env: Environment): ReadFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = { name, document, lines };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ pos, message }) => `${place(source, pos[0])}: ${message}`),
    );
  }
  const parsed = gatewayFile(env).safeParse(document.toJS() ?? {}, { error: describeIssue });
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.flatMap((issue) => faultsOf(source, issue)));
  }
  return {
    file: parsed.data,
    faultAt: (path, reason) => faultAt(source, path, reason),
    lineOf: (path) => lines.linePos(offsetOf(source, path)).line,
  };
}

function faultsOf(source: Source, issue: z.core.$ZodIssue): string[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => faultAt(source, [...path, key], describeUnknown(key, path)));
  }
  // The value of a header may be a credential, and Zod's own message of a key hides the reason.
  const reasons = issue.code === 'invalid_key' ? issue.issues : [issue];
  return reasons.map(({ message }) => faultAt(source, path, decapitalize(message)));
}

function faultAt(source: Source, path: readonly PropertyKey[], reason: string): string {
  return `${place(source, offsetOf(source, path))}: ${nameOf(source, path)} ${reason}`;
}

function place({ name, lines }: Source, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}`;
}

const PLAIN = /^[!-~]{1,64}$/;

/** A route by its path, or else, like other entries of lists, by its number, counted from 1. */
function nameOf({ document }: Source, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  if (path.length === 0) return 'the file';
  if (first !== 'routes' || typeof index !== 'number') return nameOfSetting(path);
  const routePath = document.getIn(['routes', index, 'path']);
  const isPlain = typeof routePath === 'string' && PLAIN.test(routePath);
  const route = isPlain ? `route "${routePath}"` : `route ${index + 1}`;
  return rest.length === 0 ? route : `${route}: ${nameOfSetting(rest)}`;
}

function nameOfSetting(path: readonly PropertyKey[]): string {
  const at = path.findLastIndex((each) => typeof each === 'number');
  if (at < 0) return `"${path.join('.')}"`;
  const entry = `entry ${Number(path[at]) + 1} of ${nameOfSetting(path.slice(0, at))}`;
  return at === path.length - 1 ? entry : `"${path.slice(at + 1).join('.')}" of ${entry}`;
}

/** Where what the path names begins: its key where it has one, else the nearest that holds it. */
function offsetOf({ document }: Source, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const found = isMap(parent) ? keyNode(parent, key) : undefined;
    const node = found ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyNode(map: YAMLMap, key: PropertyKey | undefined): Node | undefined {
  const pair = map.items.find(({ key: each }) => isScalar(each) && String(each.value) === key);
  return isNode(pair?.key) ? pair.key : undefined;
}

function decapitalize(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
