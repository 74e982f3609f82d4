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
import type { Environment } from './expand-variables.ts';
import { type GatewayFile, gatewayFile } from './gateway-file.ts';

interface Source {
  readonly name: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** @throws ConfigError naming every fault with its line and column */
export function readGatewayFile(name: string, text: string, env: Environment): GatewayFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = { name, document, lines };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ pos, message }) => fault(source, pos[0], message)),
    );
  }
  const parsed = gatewayFile(env).safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.flatMap((issue) => tell(source, issue)));
  }
  return parsed.data;
}

function tell(source: Source, issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return fault(source, offsetOf(source, path), `"${path.join('.')}" is not known here`);
    });
  }
  const offset = offsetOf(source, issue.path);
  // The value of a header may be a credential, and Zod's own message of a key hides the reason.
  const reasons = issue.code === 'invalid_key' ? issue.issues : [issue];
  const where = issue.path.join('.') || 'the file';
  return reasons.map(({ message }) => fault(source, offset, `"${where}" ${decapitalize(message)}`));
}

function fault({ name, lines }: Source, offset: number, reason: string): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}: ${reason}`;
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
