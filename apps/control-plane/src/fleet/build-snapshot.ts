import {
  type DownwardOf,
  type Entry,
  encodeParts,
  formatOf,
  type Position,
} from '@tollkeeper/protocol';
import { and, asc, eq, gt, isNull, ne, or } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { member, organization, policy } from '../db/schema/index.ts';
import { selectOwners, selectPolicies } from '../replication/select-facts.ts';
import {
  type Audience,
  evaluatesPolicies,
  keyEntry,
  organizationEntry,
  ownerEntry,
  type Place,
  policyEntry,
  readPermitted,
} from './read-entries.ts';
import { readKeyPages } from './read-key-pages.ts';
import type { Seal } from './seal.ts';

/** Members that are held as objects at once. */
const OWNERS_PAGE = 2000;
const NO_ENTRIES = new Uint8Array(0);

type Header = Pick<
  DownwardOf<'snapshot'>,
  'organizationId' | 'workspaceId' | 'epoch' | 'version' | 'issuedAtMs'
> & { readonly protocol: number };

/**
 * Makes the sealed parts of a whole snapshot, page by page. The version was read before: what the
 * rows then know of later changes, those changes tell again.
 * @param see reads where the workspace stands
 * @param push takes each part as it is made; what it throws ends the work
 */
export async function buildSnapshot(
  db: Database,
  seal: Seal,
  { organizationId, workspaceId, epoch, version, issuedAtMs, protocol }: Header,
  see: () => Promise<Position>,
  push: (part: Uint8Array) => void,
): Promise<void> {
  const place = { organizationId, workspaceId };
  const header = { type: 'snapshot', ...place, epoch, version, issuedAtMs } as const;
  let part = 0;
  // The last part says so: each waits until it is known whether another follows.
  let waiting: Uint8Array | undefined;
  await readPages(db, { ...place, protocol }, (entries) => {
    for (const body of encodeParts(entries, undefined, formatOf(protocol))) {
      if (waiting) push(seal({ ...header, part: part++, latest: null }, waiting));
      waiting = body;
    }
  });
  const { version: latestVersion, revision } = await see();
  const latest = { version: latestVersion, revision };
  push(seal({ ...header, part, latest }, waiting ?? NO_ENTRIES));
}

type Take = (entries: Entry[]) => void;

async function readPages(db: Database, place: Audience, take: Take): Promise<void> {
  const [row] = await db
    .select({ allowedIps: organization.allowedIps })
    .from(organization)
    .where(eq(organization.id, place.organizationId));
  take([organizationEntry(place.organizationId, row?.allowedIps ?? [])]);
  const hasPolicies = evaluatesPolicies(place);
  if (hasPolicies) take((await readPolicies(db, place)).map(policyEntry));
  const mayCall = hasPolicies || (await readPermitted(db, [place])).has(place.workspaceId);
  await readOwners(db, place, mayCall, take);
  await readKeyPages(db, place, (keys) =>
    take(keys.flatMap((secrets) => keyEntry(place, secrets) ?? [])),
  );
}

function readPolicies(db: Database, { organizationId, workspaceId }: Place) {
  return selectPolicies(
    db,
    eq(policy.organizationId, organizationId),
    or(isNull(policy.workspaceId), eq(policy.workspaceId, workspaceId)),
  );
}

async function readOwners(
  db: Database,
  { organizationId }: Place,
  mayCall: boolean,
  take: Take,
): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await selectOwners(db)
      .where(
        and(
          eq(member.organizationId, organizationId),
          ne(member.status, 'removed'),
          gt(member.id, after),
        ),
      )
      .orderBy(asc(member.id))
      .limit(OWNERS_PAGE);
    take(rows.map((row) => ownerEntry(row, mayCall)));
    const last = rows.at(-1);
    if (!last || rows.length < OWNERS_PAGE) return;
    after = last.id;
  }
}
