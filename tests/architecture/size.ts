import type { Repository } from './repository.ts';

const LINES_MAX = 300;

/** Files too long to be one idea. */
export function findLongFiles(repository: Repository): string[] {
  return [...repository.modules.values()]
    .filter((module) => module.lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines; ${LINES_MAX} at most`);
}
