import { isForTestsOrBuild } from './layers.ts';
import type { Repository } from './repository.ts';

const LINES_MAX = 250;
/** A test of one idea says its examples one after another. */
const TEST_LINES_MAX = 300;

/** Files too long to be one idea. */
export function findLongFiles(repository: Repository): string[] {
  return [...repository.modules.values()]
    .filter(({ path, lines }) => lines > linesMaxOf(path))
    .map(({ path, lines }) => `${path} has ${lines} lines; ${linesMaxOf(path)} at most`);
}

function linesMaxOf(path: string): number {
  return isForTestsOrBuild(path) ? TEST_LINES_MAX : LINES_MAX;
}
