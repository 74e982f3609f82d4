/** What browsers are given of the contract: 0053 of docs/decisions. */
import type { CalledRoute } from '@tollkeeper/contract';
import { type Plugin, parseAst } from 'vite';

/** What a client asks of a route: all else is for servers and documents. */
const ASKED: ReadonlySet<string> = new Set(
  Object.keys({
    ...{ method: true, path: true, segments: true, rawBody: true },
    ...{ response: true, stream: true, changesNothing: true },
  } satisfies Record<keyof CalledRoute, true>),
);

export function browserContract(): Plugin {
  return {
    name: 'tollkeeper:browser-contract',
    // Behind what makes JavaScript of it.
    enforce: 'post',
    transform: {
      filter: { id: /\/packages\/contract\/src\/[^?]+\.ts$/ },
      handler: (code) => ({ code: leaveOut(code), map: null }),
    },
  };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A module of the contract without the parts of its routes that no client asks, and without what `meta`
 * says for documents. Each of its constants goes where nothing uses it.
 */
export function leaveOut(code: string): string {
  const { body } = parseAst(code);
  const edits = [...body.flatMap(optional), ...cutsIn(body, code)];
  return edits
    .toSorted((one, other) => other.start - one.start)
    .reduce(
      (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
      code,
    );
}

/** Says of the constants of a statement that calls make that nothing else depends on these calls. */
function optional(statement: Node): Edit[] {
  const declared = 'declaration' in statement ? statement.declaration : statement;
  const made = field(declared, 'declarations').map((each) => field(each, 'init')[0]);
  return made.filter(isCall).flatMap(({ start, end }) => [
    { start, end: start, text: '/*@__PURE__*/(() => ' },
    { start: end, end, text: ')()' },
  ]);
}

function cutsIn(value: unknown, code: string): Edit[] {
  if (Array.isArray(value)) return value.flatMap((each) => cutsIn(each, code));
  if (typeof value !== 'object' || value === null) return [];
  if (isCall(value)) {
    const [callee] = field(value, 'callee');
    const [object] = field(callee, 'object');
    if (object && nameOf(field(callee, 'property')[0]) === 'meta') {
      return [{ start: object.end, end: value.end, text: '' }, ...cutsIn(object, code)];
    }
    if (nameOf(callee) === 'defineRoute') return cutsInRoute(value, code);
  }
  return Object.values(value).flatMap((each) => cutsIn(each, code));
}

function cutsInRoute(call: Node, code: string): Edit[] {
  const parts = field(call, 'arguments').flatMap((each) => field(each, 'properties'));
  return parts.flatMap((part) => {
    const name = nameOf(field(part, 'key')[0]);
    if (name === undefined || ASKED.has(name)) return cutsIn(part, code);
    const [behind = ''] = /^\s*,?/.exec(code.slice(part.end)) ?? [];
    return [{ start: part.start, end: part.end + behind.length, text: '' }];
  });
}

function isCall(node: unknown): node is Node {
  return (
    typeof node === 'object' && node !== null && 'type' in node && node.type === 'CallExpression'
  );
}

/** The node, or the nodes, that a node has by that name. */
function field(node: unknown, name: string): Node[] {
  if (typeof node !== 'object' || node === null) return [];
  const value: unknown = new Map(Object.entries(node)).get(name) ?? [];
  return (Array.isArray(value) ? value : [value]) as Node[];
}

function nameOf(node: Node | undefined): string | undefined {
  return node && 'name' in node && typeof node.name === 'string' ? node.name : undefined;
}
