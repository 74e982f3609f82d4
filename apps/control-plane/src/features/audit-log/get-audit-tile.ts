import { AUDIT_EVENT_BYTES_MAX } from '@tollkeeper/contract';
import {
  encodeBundle,
  findLeafText,
  parseTilePath,
  TILE_WIDTH,
  type TileAddress,
  tileWidth,
} from '@tollkeeper/transparency-log';
import { and, asc, between, eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { auditEvent } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { readTiles } from '../../transparency-log/index.ts';
import { bytesStream, requireLog } from './get-audit-log.ts';

const HASH_BYTES = 32;

/**
 * A tile, or the events of a tile, as they are for the size of the last checkpoint or for a smaller one.
 * @throws DomainError outside_workspace, not_found
 */
export async function getAuditTile(
  ctx: Ctx,
  { params: { path } }: { params: { path: string } },
): Promise<ReadableStream> {
  // A tile lets its reader confirm what an event of another workspace says, and a bundle shows it.
  if (ctx.workspaceId !== null) {
    throw new DomainError(
      'outside_workspace',
      `Your key is confined to the workspace "${ctx.workspaceId}"; tiles are about all events of the organization. Ask for the proofs of single events, or use a key without a workspace.`,
    );
  }
  const address = parseTilePath(path);
  const { size } = await requireLog(ctx);
  if (!address || address.width > tileWidth(size, address)) throw notFound('tile', path);
  const { level } = address;
  const bytes =
    level === 'entries'
      ? await readBundle(ctx, address)
      : await readTile(ctx, { ...address, level });
  if (!bytes) throw notFound('tile', path);
  return bytesStream(bytes);
}

type HashTile = TileAddress & { readonly level: number };

/** A partial tile is the beginning of what became of it. */
async function readTile(ctx: Ctx, address: HashTile): Promise<Buffer | undefined> {
  const { level, index, width } = address;
  const tiles = await readTiles(ctx.services.db, ctx.organizationId, [{ level, index }]);
  const tile = tiles.get(`${level}/${index}`);
  return tile && tile.length >= width * HASH_BYTES
    ? tile.subarray(0, width * HASH_BYTES)
    : undefined;
}

/** @throws DomainError not_found where an event is missing, as after its retention has ended, or too large */
async function readBundle(
  { services: { db }, organizationId }: Ctx,
  { index, width }: TileAddress,
): Promise<Buffer> {
  const first = index * TILE_WIDTH + 1;
  const rows = await db
    .select()
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, organizationId),
        between(auditEvent.sequence, first, first + width - 1),
      ),
    )
    .orderBy(asc(auditEvent.sequence));
  const missing = rows.findIndex(({ sequence }, n) => sequence !== first + n);
  if (missing >= 0 || rows.length < width) {
    const sequence = first + (missing >= 0 ? missing : rows.length);
    throw new DomainError(
      'not_found',
      `Event ${sequence} is missing: it was deleted, by the retention or by somebody else than the server.`,
    );
  }
  return encodeBundle(rows.map((row) => leafOf(row)));
}

/** @throws DomainError not_found for what no server writes */
function leafOf(row: typeof auditEvent.$inferSelect): Buffer {
  const leaf = findLeafText(row);
  if (leaf !== undefined && Buffer.byteLength(leaf) <= AUDIT_EVENT_BYTES_MAX)
    return Buffer.from(leaf);
  const what =
    leaf === undefined
      ? 'has a value that no event can have'
      : `has more than ${AUDIT_EVENT_BYTES_MAX} bytes, which no entry bundle can hold`;
  throw new DomainError(
    'not_found',
    `Event ${row.sequence} ${what}: it was changed in the database.`,
  );
}
