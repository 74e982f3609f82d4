interface Page {
  readonly data: readonly object[];
  readonly nextCursor: string | null;
}

const PAGE_MAX = 100;

/** One page: how many items at most, and the `nextCursor` of the page before. */
type LoadPage<P> = (query: { limit: number; cursor?: string }) => Promise<P>;

interface Range {
  readonly countMax?: number;
  readonly from?: string | undefined;
}

/** Follows the pages of a list until it has so many items, or all of them. */
export async function listAll<P extends Page>(
  load: LoadPage<P>,
  { countMax = Number.POSITIVE_INFINITY, from }: Range = {},
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
