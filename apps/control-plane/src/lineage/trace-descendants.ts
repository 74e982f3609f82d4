import type { Admission, Lineage, Link, Origin } from './links.ts';

export interface Descendants {
  /** Ids of keys and members, roots too. */
  readonly ids: ReadonlySet<string>;
  /** The root that what one of the creators did at that time came from. */
  readonly rootOf: (creators: readonly (string | null)[], at: number) => string | undefined;
  /** The root that a key or a member comes from by now. */
  readonly rootNow: (id: string) => string | undefined;
  /** With which the rest of the lineage is traced, of keys and members that lead on to it. */
  readonly originsOf: (ids: readonly string[]) => Origin[];
  /** Members whose latest admission came from a root. */
  readonly members: ReadonlyMap<string, string>;
  /** Members who are not removable, and whose latest admission came from a root. */
  readonly membersLeft: ReadonlyMap<string, string>;
  /** How many links, admissions and spans were looked at: a test holds it to be linear. */
  readonly stepsCount: number;
}

/** The clocks of processes that share a database may differ. */
const CLOCK_SKEW_MS = 10_000;

const FOREVER = Number.POSITIVE_INFINITY;

/** When what a key or a member did came from a root. */
interface Span {
  readonly root: string;
  readonly since: number;
  /** When the member was admitted again, by somebody who may stand on their own. */
  readonly until: number;
}

/** An admission in the order of those of its member. */
interface Stay extends Admission {
  readonly until: number;
  /** The root that an inviter came from when they sent the invitation. */
  root?: string;
  span?: Span;
}

/** That somebody sent the invitation of a stay. */
interface Invitation {
  readonly creator: string;
  readonly stay: Stay;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** That the member accepted it. */
interface Arrival {
  readonly stay: Stay;
  readonly firstAt: number;
}

/** That a key counts from then on, without a link that shows it. */
interface Start {
  readonly origin: Origin;
  readonly firstAt: number;
}

/**
 * Follows what came from the roots in the order of time. A key counts from when somebody who
 * counts gained power over it, and a member from an admission by somebody who counts until the next
 * admission: what they did before, or after somebody else admitted them again, is not among it. Members
 * who admit each other stay in it, since each admission follows another one that led to the inviter.
 *
 * Each link begins once. If its creator counts at that time, what it leads to counts; otherwise it waits
 * until its creator does. Then it counts if its time is not over, and if it is, it never will: either
 * way it is looked at once more and dropped.
 * @param origins of a part of a lineage, from which it goes on
 */
export function traceDescendants(
  lineage: Lineage,
  rootIds: readonly string[],
  origins: readonly Origin[] = [],
): Descendants {
  const staysOf = orderStays(lineage.admissions);
  const spans = new Map<string, Span>();
  const waiting = new Map<string, (Link | Invitation)[]>();
  const membersLeft = new Map<string, string>();
  let stepsCount = 0;

  /** Ids that count from now on, and what waited for them; a list, as lines may be long. */
  const begun: { readonly id: string; readonly span: Span }[] = [];
  const begin = (id: string, span: Span) => {
    const known = spans.get(id);
    if (known && known.until >= span.until) return;
    spans.set(id, span);
    begun.push({ id, span });
  };
  const beginStay = (stay: Stay, root: string, now: number) => {
    if (stay.span) return;
    if (lineage.removable.has(stay.memberId)) {
      stay.span = { root, since: now, until: stay.until };
      begin(stay.memberId, stay.span);
    } else if (stay.until === FOREVER && !membersLeft.has(stay.memberId)) {
      membersLeft.set(stay.memberId, root);
    }
  };
  const follow = (each: Link | Invitation, root: string, now: number) => {
    if ('id' in each) return begin(each.id, { root, since: now, until: FOREVER });
    each.stay.root ??= root;
    if (each.stay.admittedAt <= now) beginStay(each.stay, each.stay.root, now);
  };
  const settle = () => {
    for (let next = begun.pop(); next; next = begun.pop()) {
      const { id, span } = next;
      const waited = waiting.get(id) ?? [];
      waiting.delete(id);
      stepsCount += 1 + waited.length;
      for (const each of waited) {
        if (each.lastAt >= span.since - CLOCK_SKEW_MS) follow(each, span.root, span.since);
      }
    }
  };

  for (const root of rootIds)
    begin(root, { root, since: Number.NEGATIVE_INFINITY, until: FOREVER });
  for (const each of inOrderOfTime(lineage.links, staysOf, origins)) {
    stepsCount += 1;
    settle();
    if ('origin' in each) {
      begin(each.origin.id, { root: each.origin.root, since: each.firstAt, until: FOREVER });
    } else if (!('creator' in each)) {
      if (each.stay.root !== undefined) beginStay(each.stay, each.stay.root, each.firstAt);
    } else {
      const span = spans.get(each.creator);
      if (span && each.firstAt < span.until) follow(each, span.root, each.firstAt);
      else addTo(waiting, each.creator, each);
    }
  }
  settle();

  const spansOf = new Map(
    [...staysOf].map(([id, stays]) => [id, stays.flatMap(({ span }) => span ?? [])]),
  );
  const rootNow = (id: string) => {
    const span = spans.get(id);
    return span?.until === FOREVER ? span.root : undefined;
  };
  const rootAt = (id: string, at: number) => {
    const ofMember = spansOf.get(id);
    const span = ofMember ? spanAt(ofMember, at) : spans.get(id);
    return span && at >= span.since - CLOCK_SKEW_MS ? span.root : undefined;
  };
  return {
    ids: new Set(spans.keys()),
    rootNow,
    rootOf: (creators, at) => {
      for (const id of creators) {
        const root = id === null ? undefined : rootAt(id, at);
        if (root !== undefined) return root;
      }
      return undefined;
    },
    originsOf: (ids) =>
      ids.flatMap((id) => {
        const stays = staysOf.get(id);
        if (stays) {
          return stays.flatMap(({ span, admittedAt: at }) =>
            span ? [{ id, root: span.root, at }] : [],
          );
        }
        const span = spans.get(id);
        return span ? [{ id, root: span.root, at: span.since }] : [];
      }),
    members: new Map(
      [...lineage.removable].flatMap((id) => {
        const root = rootNow(id);
        return root === undefined ? [] : [[id, root] as const];
      }),
    ),
    membersLeft,
    stepsCount,
  };
}

/** The admissions of each member in the order of time; each lasts until the next one. */
function orderStays(admissions: readonly Admission[]): ReadonlyMap<string, readonly Stay[]> {
  const stays = new Map<string, Stay[]>();
  for (const [id, ofMember] of Map.groupBy(admissions, ({ memberId }) => memberId)) {
    const inOrder = ofMember.toSorted((a, b) => a.admittedAt - b.admittedAt);
    stays.set(
      id,
      inOrder.map((each, index) => ({
        ...each,
        until: inOrder[index + 1]?.admittedAt ?? FOREVER,
      })),
    );
  }
  return stays;
}

function inOrderOfTime(
  links: readonly Link[],
  staysOf: ReadonlyMap<string, readonly Stay[]>,
  origins: readonly Origin[],
): (Start | Link | Invitation | Arrival)[] {
  const all: (Start | Link | Invitation | Arrival)[] = [...links];
  for (const origin of origins) {
    const stays = staysOf.get(origin.id);
    if (!stays) all.push({ origin, firstAt: origin.at });
    for (const stay of stays ?? []) if (stay.admittedAt === origin.at) stay.root ??= origin.root;
  }
  for (const stays of staysOf.values()) {
    for (const stay of stays) {
      const { invitedAt, admittedAt } = stay;
      for (const creator of stay.inviters) {
        all.push({ creator, stay, firstAt: invitedAt, lastAt: invitedAt });
      }
      all.push({ stay, firstAt: admittedAt });
    }
  }
  return all.sort((a, b) => a.firstAt - b.firstAt);
}

/** The first span that is not over at a time: the others began later. */
function spanAt(spans: readonly Span[], at: number): Span | undefined {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.until ?? FOREVER) > at) high = middle;
    else low = middle + 1;
  }
  return spans[low];
}

function addTo<T>(lists: Map<string, T[]>, id: string, each: T): void {
  const list = lists.get(id);
  if (list) list.push(each);
  else lists.set(id, [each]);
}
