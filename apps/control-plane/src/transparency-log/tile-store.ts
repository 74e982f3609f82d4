import {
  edgeTiles,
  type HashReader,
  readEdge,
  type TileAppend,
  type TileEdge,
  tileHashes,
} from '@tollkeeper/transparency-log';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/connect.ts';
import { transparencyLogTile } from '../db/schema/index.ts';
import { IntegrityError } from './integrity-error.ts';

const HASH_BYTES = 32;

interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** The bytes of tiles, by `<level>/<index>`; those that do not exist are left out. */
export async function readTiles(
  db: Database | Transaction,
  organizationId: string,
  places: readonly TilePlace[],
): Promise<ReadonlyMap<string, Buffer>> {
  const { level, index, hashes } = transparencyLogTile;
  const levels = places.map((place) => place.level);
  const indexes = places.map((place) => place.index);
  const wanted = sql`(${level}, ${index}) in
    (select * from unnest(${sql.param(levels)}::int[], ${sql.param(indexes)}::bigint[]))`;
  const rows = await db
    .select({ level, index, hashes })
    .from(transparencyLogTile)
    .where(
      and(
        eq(transparencyLogTile.organizationId, organizationId),
        inArray(level, [...new Set(levels)]),
        wanted,
      ),
    );
  return new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]));
}

/** Hashes of the organization's tree, from its tiles. @throws IntegrityError for a tile that is not there */
export function storedHashes(db: Database | Transaction, organizationId: string): HashReader {
  return tileHashes(async (level, index) => {
    const tile = (await readTiles(db, organizationId, [{ level, index }])).get(`${level}/${index}`);
    if (!tile) throw new IntegrityError(`Tile ${level}/${index} is missing`);
    return tile;
  });
}

/** The right edge of the organization's tree. @throws IntegrityError where tiles are missing or too long */
export async function loadEdge(
  tx: Transaction,
  organizationId: string,
  size: number,
): Promise<TileEdge> {
  const places = edgeTiles(size);
  const tiles = await readTiles(tx, organizationId, places);
  for (const { level, index, width } of places) {
    const stored = tiles.get(`${level}/${index}`)?.length ?? 0;
    if (stored !== width * HASH_BYTES) {
      throw new IntegrityError(`Tile ${level}/${index} does not have ${width} hashes`);
    }
  }
  return readEdge(size, (level, index) => tiles.get(`${level}/${index}`));
}

/** Appends hashes, and never replaces one. @throws IntegrityError where a tile has another width */
export async function storeAppends(
  tx: Transaction,
  organizationId: string,
  appends: readonly TileAppend[],
): Promise<void> {
  const begun = appends.filter(({ width }) => width > 0);
  const fresh = appends.filter(({ width }) => width === 0);
  const { rowCount: extended } = await tx.execute(sql`
    update transparency_log_tile as tile set hashes = tile.hashes || given.hashes
    from ${given(begun)}
    where tile.organization_id = ${organizationId} and tile.level = given.level
      and tile.index = given.index and octet_length(tile.hashes) = given.width * ${HASH_BYTES}::int`);
  const { rowCount: added } = await tx.execute(sql`
    insert into transparency_log_tile (organization_id, level, index, hashes)
    select ${organizationId}, given.level, given.index, given.hashes from ${given(fresh)}
    on conflict do nothing`);
  if (extended !== begun.length || added !== fresh.length) {
    throw new IntegrityError('A tile has hashes beyond the size of the tree');
  }
}

function given(appends: readonly TileAppend[]) {
  const column = <K extends keyof TileAppend>(name: K) =>
    sql.param(appends.map((each) => each[name]));
  return sql`unnest(${column('level')}::int[], ${column('index')}::bigint[],
    ${column('width')}::int[], ${column('hashes')}::bytea[]) as given (level, index, width, hashes)`;
}
