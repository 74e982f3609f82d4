/** That somebody gained power over a key: created it, owned it, or learned its secret. */
export interface Link {
  /** A key or a member. */
  readonly creator: string;
  /** The key. */
  readonly id: string;
  /** The same as `lastAt` for what happened once; all times are in milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** That a member accepted an invitation. What they do belongs to their latest admission. */
export interface Admission {
  /** Who sent it: a member, perhaps by a key. */
  readonly inviters: readonly string[];
  readonly memberId: string;
  readonly invitedAt: number;
  readonly admittedAt: number;
}

export interface Lineage {
  readonly links: readonly Link[];
  /** All admissions of each member who is in it. */
  readonly admissions: readonly Admission[];
  /** Members whom the caller removes; others stay, with all that is theirs. */
  readonly removable: ReadonlySet<string>;
}

/** When what a key or a member did came from a root. */
interface Span {
  readonly root: string;
  readonly since: number;
  /** When the member was admitted again, by somebody who may stand on their own. */
  readonly until: number;
}

export interface Descendants {
  /** Ids of keys and members, roots too. */
  readonly ids: ReadonlySet<string>;
  /** The root that what one of the creators did at that time came from. */
  readonly rootOf: (creators: readonly (string | null)[], at: number) => string | undefined;
  /** The root that a key or a member comes from by now. */
  readonly rootNow: (id: string) => string | undefined;
  /** Members whose latest admission came from a root. */
  readonly members: ReadonlyMap<string, string>;
  /** The same of members who are not removable. */
  readonly membersLeft: ReadonlyMap<string, string>;
}

/** The clocks of processes that share a database may differ. */
const CLOCK_SKEW_MS = 10_000;

interface Step {
  readonly creator: string;
  readonly id: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly admission?: { readonly admittedAt: number; readonly until: number };
}

/**
 * Follows what came from the roots in the order of time. A key counts from when somebody who
 * counts gained power over it, and a member from an admission by somebody who counts until the next
 * admission: what they did before, or after somebody else admitted them again, is not among it. Members
 * who admit each other stay in it, since each admission follows another one that led to the inviter.
 */
export function traceDescendants(lineage: Lineage, rootIds: readonly string[]): Descendants {
  const steps = stepsOf(lineage).sort((a, b) => a.firstAt - b.firstAt);
  const stepsBy = Map.groupBy(steps, ({ creator }) => creator);
  const spans = new Map<string, Span[]>();
  const membersLeft = new Map<string, string>();

  const spanAt = (id: string, at: number) =>
    spans.get(id)?.find(({ since, until }) => at >= since - CLOCK_SKEW_MS && at < until);

  /** Each id with the time from which it counts; a list, as lines may be long. */
  const reached: { readonly id: string; readonly span: Span }[] = [];
  const take = ({ id, admission }: Step, { root, since }: Pick<Span, 'root' | 'since'>) => {
    const until = admission?.until ?? Number.POSITIVE_INFINITY;
    const start = admission ? Math.max(since, admission.admittedAt) : since;
    if (!admission || lineage.removable.has(id)) {
      reached.push({ id, span: { root, since: start, until } });
    } else if (until === Number.POSITIVE_INFINITY && !membersLeft.has(id)) {
      membersLeft.set(id, root);
    }
  };
  const settle = () => {
    for (let next = reached.pop(); next; next = reached.pop()) {
      const { id, span } = next;
      const known = spans.get(id) ?? [];
      const earlier = known.find(({ until }) => until === span.until);
      if (earlier && earlier.since <= span.since) continue;
      spans.set(id, [...known.filter((each) => each !== earlier), span]);
      // Later ones follow in their turn.
      for (const step of stepsBy.get(id) ?? []) {
        if (step.firstAt > span.since) break;
        if (step.lastAt >= span.since - CLOCK_SKEW_MS) take(step, span);
      }
    }
  };

  for (const root of rootIds) {
    reached.push({
      id: root,
      span: { root, since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY },
    });
    settle();
  }
  for (const step of steps) {
    const span = spanAt(step.creator, step.firstAt);
    if (span) take(step, { root: span.root, since: Math.max(span.since, step.firstAt) });
    settle();
  }
  const rootNow = (id: string) =>
    spans.get(id)?.find(({ until }) => until === Number.POSITIVE_INFINITY)?.root;
  return {
    ids: new Set(spans.keys()),
    rootNow,
    rootOf: (creators, at) => {
      for (const id of creators) {
        const span = id === null ? undefined : spanAt(id, at);
        if (span) return span.root;
      }
      return undefined;
    },
    members: new Map(
      [...lineage.removable].flatMap((id) => {
        const root = rootNow(id);
        return root === undefined ? [] : [[id, root] as const];
      }),
    ),
    membersLeft,
  };
}

function stepsOf({ links, admissions }: Lineage): Step[] {
  const steps: Step[] = [...links];
  for (const [, ofMember] of Map.groupBy(admissions, ({ memberId }) => memberId)) {
    const inOrder = ofMember.toSorted((a, b) => a.admittedAt - b.admittedAt);
    for (const [index, { inviters, memberId, invitedAt, admittedAt }] of inOrder.entries()) {
      const until = inOrder[index + 1]?.admittedAt ?? Number.POSITIVE_INFINITY;
      for (const creator of inviters) {
        steps.push({
          creator,
          id: memberId,
          firstAt: invitedAt,
          lastAt: invitedAt,
          admission: { admittedAt, until },
        });
      }
    }
  }
  return steps;
}
