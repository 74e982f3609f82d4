import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { parseSource, type SourceFile } from './parse-source.ts';

/** A folder with a package.json: one package or app. */
export interface Workspace {
  readonly folder: string;
  readonly name: string;
  /** The file that each specifier reads: the package's name, or a path below it that it exports. */
  readonly entries: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

export type Import =
  | { readonly kind: 'file'; readonly specifier: string; readonly path: string }
  | { readonly kind: 'package'; readonly specifier: string; readonly name: string }
  | { readonly kind: 'builtin' | 'asset' | 'script' | 'unresolved'; readonly specifier: string };

export interface Module extends SourceFile {
  readonly imports: readonly Import[];
}

export interface Repository {
  readonly modules: ReadonlyMap<string, Module>;
  readonly workspaces: readonly Workspace[];
  /** What tests may use everywhere. */
  readonly rootDevDependencies: ReadonlySet<string>;
}

/** What a package.json says that matters here. */
export interface Manifest {
  readonly name?: string;
  readonly exports?: string | Readonly<Record<string, string>>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/**
 * Builds the import graph.
 * @param texts the sources by path from the root
 * @param manifests each package.json by its folder; the root's by `''`
 */
export function makeRepository(
  texts: Readonly<Record<string, string>>,
  manifests: Readonly<Record<string, Manifest>>,
): Repository {
  const workspaces = Object.entries(manifests)
    .filter(([folder]) => folder !== '')
    .map(([folder, manifest]) => makeWorkspace(folder, manifest));
  const sources = Object.entries(texts).map(([path, text]) => parseSource(path, text));
  const paths = new Set(Object.keys(texts));
  const modules = sources.map((source) => ({
    ...source,
    imports: source.specifiers.map((each) => resolve(source.path, each, paths, workspaces)),
  }));
  return {
    modules: new Map(modules.map((module) => [module.path, module])),
    workspaces,
    rootDevDependencies: new Set(Object.keys(manifests['']?.devDependencies ?? {})),
  };
}

function makeWorkspace(folder: string, manifest: Manifest): Workspace {
  const name = manifest.name ?? folder;
  const { exports = {} } = manifest;
  const byPath = typeof exports === 'string' ? { '.': exports } : exports;
  return {
    folder,
    name,
    entries: new Map(
      Object.entries(byPath).map(([path, file]) => [join(name, path), join(folder, file)]),
    ),
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
  };
}

/** The workspace that a path lies in. */
export function workspaceOf(repository: Repository, path: string): Workspace | undefined {
  return repository.workspaces.find(({ folder }) => path.startsWith(`${folder}/`));
}

function resolve(
  from: string,
  specifier: string,
  paths: ReadonlySet<string>,
  workspaces: readonly Workspace[],
): Import {
  if (isBuiltin(specifier)) return { kind: 'builtin', specifier };
  if (specifier.startsWith('.')) return resolveFile(from, specifier, paths);
  if (/^[#/]/.test(specifier)) return { kind: 'unresolved', specifier };
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const workspace = workspaces.find((each) => each.name === name);
  if (!workspace) return { kind: 'package', specifier, name };
  const entry = workspace.entries.get(specifier);
  return entry === undefined
    ? { kind: 'unresolved', specifier }
    : { kind: 'file', specifier, path: entry };
}

function resolveFile(from: string, specifier: string, paths: ReadonlySet<string>): Import {
  const path = join(dirname(from), specifier);
  if (paths.has(path)) return { kind: 'file', specifier, path };
  if (path.startsWith('scripts/')) return { kind: 'script', specifier };
  return { kind: /\.[cm]?[jt]sx?$/.test(path) ? 'unresolved' : 'asset', specifier };
}
