import { type Entry, encodeParts } from '@tollkeeper/fleet';
import { and, asc, eq, gt, ne } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { member, organization } from '../db/schema/index.ts';
import { selectOwners } from '../kernel/select-facts.ts';
import type { Standing } from './read-changes.ts';
import { keyEntry, organizationEntry, ownerEntry, type Place } from './read-entries.ts';
import { readKeyPages } from './read-key-pages.ts';
import type { Seal } from './seal.ts';

/** Members that are held as objects at once. */
const OWNERS_PAGE = 2000;
const NO_ENTRIES = new Uint8Array(0);

/**
 * Makes the sealed parts of a whole snapshot, page by page. The version was read before: what the
 * rows then know of later changes, those changes tell again.
 * @param push takes each part as it is made; what it throws ends the work
 */
export async function buildSnapshot(
  db: Database,
  seal: Seal,
  place: Place,
  standing: Standing,
  push: (part: Uint8Array) => void,
): Promise<void> {
  const { organizationId, workspaceId } = place;
  const header = {
    type: 'snapshot',
    organizationId,
    workspaceId,
    version: standing.version,
    issuedAtMs: standing.readAtMs,
  } as const;
  let part = 0;
  // The last part says so: each waits until it is known whether another follows.
  let waiting: Uint8Array | undefined;
  await readPages(db, place, (entries) => {
    for (const body of encodeParts(entries)) {
      if (waiting) push(seal({ ...header, part: part++, last: false }, waiting));
      waiting = body;
    }
  });
  push(seal({ ...header, part, last: true }, waiting ?? NO_ENTRIES));
}

type Take = (entries: Entry[]) => void;

async function readPages(db: Database, place: Place, take: Take): Promise<void> {
  const [row] = await db
    .select({ allowedIps: organization.allowedIps })
    .from(organization)
    .where(eq(organization.id, place.organizationId));
  take([organizationEntry(place.organizationId, row?.allowedIps ?? [])]);
  await readOwners(db, place, take);
  await readKeyPages(db, place, (keys) =>
    take(keys.flatMap((secrets) => keyEntry(place, secrets) ?? [])),
  );
}

async function readOwners(db: Database, { organizationId }: Place, take: Take): Promise<void> {
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
    take(rows.map(ownerEntry));
    const last = rows.at(-1);
    if (!last || rows.length < OWNERS_PAGE) return;
    after = last.id;
  }
}
