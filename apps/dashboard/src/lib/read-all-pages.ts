interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

const PAGES_MAX = 20;

/** Every item of a list that is short by nature. Stops at 2,000 items, which no select can offer. */
export async function readAllPages<T>(
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: Page<T> = await read({ limit: 100, ...(cursor ? { cursor } : {}) });
    items.push(...answer.data);
    cursor = answer.nextCursor;
    if (!cursor) break;
  }
  return items;
}
