import { eq, sql } from 'drizzle-orm';
import type { Authority } from '../context.ts';
import { among, readInParts } from '../db/among.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { apiKey } from '../db/schema/index.ts';
import type { Link } from './links.ts';

export type LinkedKey = Awaited<ReturnType<typeof selectKeys>>[number];

/**
 * There may be a great many keys, nearly all of them revoked: of these, only the links stay, and of the
 * links only those to creators that may count.
 */
export async function readKeys(db: Database | Transaction, ctx: Authority, ids: readonly string[]) {
  const known = new Map(ids.map((id) => [id, id]));
  const links: Link[] = [];
  const keys = new Map<string, LinkedKey>();
  await readInParts(ids, async (part) => {
    for (const row of await selectKeys(db, ctx, part)) {
      for (const link of linksOfKey(row)) {
        const [creator, id] = [known.get(link.creator), known.get(link.id)];
        if (creator !== undefined && id !== undefined) links.push({ ...link, creator, id });
      }
      if (row.status !== 'revoked') keys.set(row.id, row);
    }
    return [];
  });
  return { links, keys };
}

function selectKeys(
  db: Database | Transaction,
  { organizationId }: Authority,
  ids: readonly string[],
) {
  return db
    .select({
      id: apiKey.id,
      memberId: apiKey.memberId,
      createdByKeyId: apiKey.createdByKeyId,
      status: apiKey.status,
      createdAt: apiKey.createdAt,
      handedOverAt: apiKey.handedOverAt,
      revokedAt: apiKey.revokedAt,
    })
    .from(apiKey)
    .where(sql`${eq(apiKey.organizationId, organizationId)} and ${among(apiKey.id, ids)}`);
}

/** A member owns a key until it is revoked or handed over; a key created it once. */
function linksOfKey(row: LinkedKey): Link[] {
  const { id, memberId, createdByKeyId, createdAt, handedOverAt, revokedAt } = row;
  const owned = {
    creator: memberId,
    id,
    firstAt: (handedOverAt ?? createdAt).getTime(),
    lastAt: revokedAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
  return createdByKeyId === null ? [owned] : [owned, linkOnce(createdByKeyId, id, createdAt)];
}

export function linkOnce(creator: string, id: string, at: Date): Link {
  return { creator, id, firstAt: at.getTime(), lastAt: at.getTime() };
}
