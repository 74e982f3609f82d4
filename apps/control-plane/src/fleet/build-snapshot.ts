import { type Entry, encodeParts } from '@tollkeeper/fleet';
import { and, asc, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { apiKey, member, organization } from '../db/schema/index.ts';
import { notRetired, selectOwners, selectSecrets } from '../kernel/select-facts.ts';
import type { Standing } from './read-changes.ts';
import { keyEntry, organizationEntry, ownerEntry, type Place } from './read-entries.ts';
import type { Seal } from './seal.ts';

/** Rows that are held as objects at once: about 200 KiB of a part. */
const PAGE = 2000;
const NO_ENTRIES = new Uint8Array(0);

/**
 * The sealed parts of a whole snapshot, read page by page. The version is read first: what the
 * rows then know of later changes, those changes tell again.
 */
export async function* buildSnapshot(
  db: Database,
  seal: Seal,
  place: Place,
  standing: Standing,
): AsyncGenerator<Uint8Array> {
  const { organizationId, workspaceId } = place;
  let part = 0;
  const sealPart = (body: Uint8Array, last: boolean) =>
    seal(
      {
        type: 'snapshot',
        organizationId,
        workspaceId,
        version: standing.version,
        issuedAtMs: standing.readAtMs,
        part: part++,
        last,
      },
      body,
    );
  let waiting: Uint8Array | undefined;
  for await (const entries of readPages(db, place)) {
    for (const body of encodeParts(entries)) {
      if (waiting) yield sealPart(waiting, false);
      waiting = body;
    }
  }
  yield sealPart(waiting ?? NO_ENTRIES, true);
}

async function* readPages(db: Database, place: Place): AsyncGenerator<Entry[]> {
  const [row] = await db
    .select({ allowedIps: organization.allowedIps })
    .from(organization)
    .where(eq(organization.id, place.organizationId));
  yield [organizationEntry(place.organizationId, row?.allowedIps ?? [])];
  yield* readOwnerPages(db, place);
  yield* readKeyPages(db, place);
}

async function* readOwnerPages(db: Database, { organizationId }: Place): AsyncGenerator<Entry[]> {
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
      .limit(PAGE);
    if (rows.length > 0) yield rows.map(ownerEntry);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.id;
  }
}

/** In the order of the index of an organization's keys, so that others' are not read over. */
async function* readKeyPages(db: Database, place: Place): AsyncGenerator<Entry[]> {
  let after = { at: new Date(0), id: '' };
  for (;;) {
    const keys = await db
      .select({ id: apiKey.id, at: apiKey.createdAt })
      .from(apiKey)
      .where(
        and(
          eq(apiKey.organizationId, place.organizationId),
          or(isNull(apiKey.workspaceId), eq(apiKey.workspaceId, place.workspaceId)),
          sql`(${apiKey.createdAt}, ${apiKey.id}) > (${after.at.toISOString()}::timestamptz, ${after.id})`,
        ),
      )
      .orderBy(asc(apiKey.createdAt), asc(apiKey.id))
      .limit(PAGE);
    const ids = keys.map(({ id }) => id);
    const rows = ids.length > 0 ? await readSecrets(db, ids) : [];
    const entries = [...Map.groupBy(rows, (row) => row.keyId).values()].flatMap(
      (secrets) => keyEntry(place, secrets) ?? [],
    );
    if (entries.length > 0) yield entries;
    const last = keys.at(-1);
    if (!last || keys.length < PAGE) return;
    after = last;
  }
}

function readSecrets(db: Database, ids: readonly string[]) {
  return selectSecrets(db).where(and(inArray(apiKey.id, [...ids]), notRetired()));
}
