import { isForTestsOrBuild } from './layers.ts';
import type { Repository } from './repository.ts';

const ENTRY = /^apps\/[^/]+\/(src\/(main|admin)\.ts|bin\/[^/]+\.mjs)$/;

/** Files that read process.env, though only entry files may. */
export function findEnvironmentReaders(repository: Repository): string[] {
  return [...repository.modules.values()]
    .filter((module) => module.readsEnvironment)
    .filter(({ path }) => !ENTRY.test(path) && !isForTestsOrBuild(path))
    .map(({ path }) => `${path} reads process.env: only an app's main.ts or admin.ts may`);
}
