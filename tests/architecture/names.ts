import { isForTestsOrBuild } from './layers.ts';

const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const SAYS_NOTHING = /(^|-)(utils?|helpers?|common|managers?|misc)$/;

/** Files and folders that are not in kebab-case, or whose name does not say what they do. */
export function findBadNames(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const parts = path.split('/').flatMap((segment) => segment.split('.'));
    const isBad = parts.some((part) => !KEBAB_CASE.test(part) || SAYS_NOTHING.test(part));
    return isBad ? [`${path} is not named in kebab-case for what it does`] : [];
  });
}

/** Files of one app or package whose names differ by a plural or an ending alone. */
export function findLookalikes(paths: readonly string[]): string[] {
  const named = paths.filter((path) => !isForTestsOrBuild(path) && wordsOf(path) !== 'index');
  const alike = Map.groupBy(named, (path) => `${workspaceFolder(path)} ${stemOf(wordsOf(path))}`);
  return [...alike.values()]
    .filter((group) => new Set(group.map(wordsOf)).size > 1)
    .map((group) => `${group.join(' and ')} differ by an ending alone`);
}

/** What a file is named for, without its folder and what follows the first dot. */
function wordsOf(path: string): string {
  return (path.split('/').at(-1) ?? '').split('.', 1)[0] ?? '';
}

function workspaceFolder(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

const ENDING = /(ings?|ers?|ors?|ed|es|s)$/;

/** The words without their endings: `follow`, `followers` and `following` are one. */
function stemOf(words: string): string {
  return words
    .split('-')
    .map((word) => word.replace(/ies$/, 'y').replace(ENDING, '').replace(/e$/, ''))
    .join('-');
}
