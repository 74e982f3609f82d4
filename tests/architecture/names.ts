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
