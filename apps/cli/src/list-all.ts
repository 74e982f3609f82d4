interface Page {
  readonly data: readonly object[];
  readonly nextCursor: string | null;
}

const PAGE_MAX = 100;

/**
 * Follows the pages of a list until it has so many items, or all of them.
 * @param countMax Infinity for all
 * @param load one page: how many items at most, and the `nextCursor` of the page before
 */
export async function listAll<P extends Page>(
  countMax: number,
  load: (query: { limit: number; cursor?: string }) => Promise<P>,
  from?: string,
): Promise<Omit<P, 'data'> & { data: P['data'][number][] }> {
  const data: P['data'][number][] = [];
  let cursor = from;
  for (;;) {
    const limit = Math.min(PAGE_MAX, countMax - data.length);
    const page = await load(cursor === undefined ? { limit } : { limit, cursor });
    data.push(...page.data);
    if (page.nextCursor === null || data.length >= countMax) {
      return { ...page, data };
    }
    cursor = page.nextCursor;
  }
}
