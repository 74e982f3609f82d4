import {
  type Import,
  type Module,
  type Repository,
  type Workspace,
  workspaceOf,
} from './repository.ts';

interface Layer {
  /** The only folders of this repository it may import, beside itself. */
  readonly workspaces: readonly string[];
  /** The only npm packages; else any that its own package.json names. */
  readonly npm?: readonly string[];
  /** Set where the code runs in browsers, or promises to do no I/O. */
  readonly builtins?: false;
}

const DECIDING = ['packages/contract', 'packages/protocol', 'packages/verify'];
const TRANSPARENCY_LOG = 'packages/transparency-log';

/** Who may import whom. ARCHITECTURE.md says why. */
const LAYERS: Readonly<Record<string, Layer>> = {
  'packages/contract': { workspaces: [], npm: ['zod'], builtins: false },
  'packages/protocol': { workspaces: ['packages/contract'], npm: ['zod'] },
  'packages/verify': {
    workspaces: ['packages/contract', 'packages/protocol'],
    npm: [],
  },
  [TRANSPARENCY_LOG]: { workspaces: ['packages/contract'], npm: [] },
  'packages/gateway-core': { workspaces: [...DECIDING, TRANSPARENCY_LOG] },
  'packages/sdk': { workspaces: [...DECIDING, TRANSPARENCY_LOG, 'packages/gateway-core'] },
  'apps/control-plane': { workspaces: [...DECIDING, TRANSPARENCY_LOG, 'packages/gateway-core'] },
  'apps/gateway': { workspaces: [...DECIDING, TRANSPARENCY_LOG, 'packages/gateway-core'] },
  'apps/dashboard': { workspaces: ['packages/sdk', 'packages/contract'], builtins: false },
  'apps/cli': { workspaces: ['packages/sdk', 'packages/contract', TRANSPARENCY_LOG] },
};

/** What builds and starts programs of this repository. */
const STARTS_PROGRAMS = ['apps/cli/src/main.ts', 'apps/cli/bin/tollkeeper.mjs'];

/** Imports that the table above, or the importing folder's package.json, does not allow. */
export function findLayerBreaks(repository: Repository): string[] {
  return [...repository.modules.values()].flatMap((module) => {
    const workspace = workspaceOf(repository, module.path);
    const layer = workspace && LAYERS[workspace.folder];
    if (!layer) return [`${module.path} is in a folder that LAYERS does not name`];
    return module.imports
      .filter((each) => !isAllowed(repository, module, workspace, layer, each))
      .map((each) => complaint(module, each));
  });
}

function complaint(module: Module, imported: Import): string {
  return imported.kind === 'unresolved'
    ? `${module.path} imports "${imported.specifier}", which is not there`
    : `${module.path} may not import "${imported.specifier}"`;
}

function isAllowed(
  repository: Repository,
  module: Module,
  workspace: Workspace,
  layer: Layer,
  imported: Import,
): boolean {
  const isTool = isForTestsOrBuild(module.path);
  switch (imported.kind) {
    case 'asset':
      return true;
    case 'script':
      return isTool || STARTS_PROGRAMS.includes(module.path);
    case 'unresolved':
      return false;
    case 'builtin':
      return isTool || layer.builtins !== false;
    case 'package':
      if (isTool && isDevDependency(repository, workspace, imported.name)) return true;
      return workspace.dependencies.has(imported.name) && isListed(layer, imported.name);
    case 'file': {
      const target = workspaceOf(repository, imported.path)?.folder;
      if (target === undefined) return false;
      return target === workspace.folder || layer.workspaces.includes(target);
    }
  }
}

function isDevDependency(repository: Repository, workspace: Workspace, name: string): boolean {
  return workspace.devDependencies.has(name) || repository.rootDevDependencies.has(name);
}

function isListed(layer: Layer, name: string): boolean {
  return layer.npm?.includes(name) ?? true;
}

/** Tests, what they share, measurements and the configuration of tools: no part of the product. */
export function isForTestsOrBuild(path: string): boolean {
  return /\.(test|fixture|config)\.[cm]?[jt]sx?$|\/(src\/testing|bench)\//.test(path);
}
