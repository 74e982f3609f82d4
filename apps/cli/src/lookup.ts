import { EXIT, Failure } from './failure.ts';

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

interface Wording<T> {
  /** Such as `member`; its plural takes an s. */
  readonly kind: string;
  /** What to do when nothing matches. */
  readonly advice: string;
  /** One line that distinguishes a candidate from the others; it begins with the id. */
  readonly candidate: (item: T) => string;
}

/** The only one found. Throws Failure if there is none, or more than one: then it lists them. */
export function pickOne<T>(
  found: readonly T[],
  reference: string,
  { kind, advice, candidate }: Wording<T>,
): T {
  const [only, ...others] = found;
  if (only === undefined) {
    throw new Failure(EXIT.notFound, `There is no ${kind} "${reference}". ${advice}`);
  }
  if (others.length === 0) return only;
  const text = `"${reference}" matches ${found.length} ${kind}s. Give the id of the one that you mean:`;
  const details = found.map((item) => `  ${candidate(item)}`);
  throw new Failure(EXIT.usage, text, { details });
}

/** @throws Failure if a name or search is a secret, which would end up in the server's access log. */
export function refuseSecret(text: string): void {
  if (!/tk_(?:live|test|join)_[0-9A-Za-z]{20,}/.test(text)) return;
  const advice =
    'It is now in the history of your shell: rotate that key, and use its name or id instead.';
  throw new Failure(EXIT.usage, `A secret cannot name a key. ${advice}`);
}
