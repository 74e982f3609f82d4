import { parseSync } from 'vite';

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** What it names in import, export from, import() and import types. */
  readonly specifiers: readonly string[];
  readonly readsEnvironment: boolean;
}

/** @throws Error when the text is not TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`Cannot parse "${path}": ${error.message}`);
  const nodes = [...walk(program)];
  return {
    path,
    lines: text.trimEnd().split('\n').length,
    specifiers: [...new Set(nodes.flatMap(specifierOf))],
    readsEnvironment: readsEnvironment(nodes),
  };
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

function* walk(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) yield value;
  for (const child of Object.values(value)) yield* walk(child);
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function specifierOf(node: Node): string[] {
  const specifier = IMPORTING.has(node.type) ? textOf(node.source) : undefined;
  return specifier === undefined ? [] : [specifier];
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'string'
    ? node.value
    : undefined;
}

/** Finds `process.env`, however `process` came to its name, `{ env } = process`, and the import of env. */
function readsEnvironment(nodes: readonly Node[]): boolean {
  const imported = nodes.filter(
    (node) => node.type === 'ImportDeclaration' && isProcess(textOf(node.source)),
  );
  const specifiers = imported.flatMap((node) => [...walk(node.specifiers)]);
  const names = new Set(['process', ...specifiers.map((each) => nameOf(each.local))]);
  return (
    specifiers.some((each) => nameOf(each.imported) === 'env') ||
    nodes.some((node) => isEnvironmentOf(names, node))
  );
}

function isEnvironmentOf(names: ReadonlySet<string | undefined>, node: Node): boolean {
  if (node.type === 'MemberExpression') {
    return nameOf(node.property) === 'env' && names.has(nameOf(lastOf(node.object)));
  }
  if (node.type === 'VariableDeclarator' && names.has(nameOf(lastOf(node.init)))) {
    return [...walk(node.id)].some(
      (part) => part.type === 'Property' && nameOf(part.key) === 'env',
    );
  }
  return false;
}

/** The last name of a path: `process` of `globalThis.process`. */
function lastOf(node: unknown): unknown {
  return isNode(node) && node.type === 'MemberExpression' ? node.property : node;
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return node.type === 'Identifier' && typeof node.name === 'string' ? node.name : textOf(node);
}

function isProcess(specifier: string | undefined): boolean {
  return specifier === 'node:process' || specifier === 'process';
}
