import { and, eq, sql } from 'drizzle-orm';
import { visibleKeys } from '../../access/visibility.ts';
import type { Authority } from '../../context.ts';
import { among, type Reader } from '../../db/among.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, keyEdit } from '../../db/schema/index.ts';
import type { Descendants } from '../../lineage/trace-descendants.ts';

export interface EditedKey {
  readonly id: string;
  readonly name: string;
  readonly root: string;
}

/** Only those that the caller sees. */
export async function findEditedKeys(
  db: Database | Transaction,
  ctx: Authority,
  descendants: Descendants,
  reader: Reader,
): Promise<EditedKey[]> {
  const rows = await reader.read((ids) =>
    db
      .select({
        id: apiKey.id,
        name: apiKey.name,
        editedBy: keyEdit.editedBy,
        firstAt: keyEdit.firstAt,
        lastAt: keyEdit.lastAt,
      })
      .from(keyEdit)
      .innerJoin(apiKey, eq(apiKey.id, keyEdit.keyId))
      .where(
        and(
          eq(keyEdit.organizationId, ctx.organizationId),
          among(keyEdit.editedBy, ids),
          visibleKeys(ctx),
          sql`${apiKey.status} <> 'revoked'`,
        ),
      ),
  );
  const edited = new Map<string, EditedKey>();
  for (const { id, name, editedBy, firstAt, lastAt } of rows) {
    if (edited.has(id) || descendants.rootNow(id)) continue;
    const root =
      descendants.rootOf([editedBy], firstAt.getTime()) ??
      descendants.rootOf([editedBy], lastAt.getTime());
    if (root !== undefined) edited.set(id, { id, name, root });
  }
  return [...edited.values()];
}
