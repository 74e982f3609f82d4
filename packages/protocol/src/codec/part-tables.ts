import { isScope, type Scope } from '@tollkeeper/contract';
import { type ByteReader, readNumber, readText } from './bytes.ts';
import { malformed, requireId, requireRoleId, TEXT_BYTES_MAX } from './part-format.ts';

/** What rows of a part share, by number; 0 is no text and the empty list. */
export interface PartTables {
  readonly texts: readonly string[];
  readonly lists: readonly (readonly string[])[];
  /** Those that were asked for as ids before. */
  readonly ids: Readonly<Record<SharedId, Set<number>>>;
  /** By the number of the list, of those that were asked for as scopes. */
  readonly scopes: (readonly Scope[])[];
}

type SharedId = 'member' | 'workspace' | 'role' | 'policy';

/** Each text and each list takes a byte at least, so that no count makes more than the part has. */
export function readTables(reader: ByteReader): PartTables {
  const countMax = reader.bytes.length;
  const texts = [''];
  for (let left = readNumber(reader, countMax); left > 0; left--) {
    texts.push(readText(reader, readNumber(reader, TEXT_BYTES_MAX)));
  }
  const lists: string[][] = [[]];
  for (let left = readNumber(reader, countMax); left > 0; left--) {
    const list: string[] = [];
    for (let more = readNumber(reader, countMax); more > 0; more--) {
      list.push(texts[readNumber(reader, texts.length - 1)] ?? '');
    }
    lists.push(list);
  }
  // No text is no workspace.
  const ids = { member: new Set<number>(), workspace: new Set([0]), role: new Set<number>() };
  return { texts, lists, ids: { ...ids, policy: new Set() }, scopes: [] };
}

/** The number of a text that is an id, or 0 where none is allowed. */
export function readSharedId(reader: ByteReader, tables: PartTables, kind: SharedId): number {
  const number = readNumber(reader, tables.texts.length - 1);
  if (tables.ids[kind].has(number)) return number;
  const text = tables.texts[number] ?? '';
  if (kind === 'role') requireRoleId(text);
  else requireId(kind, text);
  tables.ids[kind].add(number);
  return number;
}

export function readListNumber(reader: ByteReader, tables: PartTables): number {
  return readNumber(reader, tables.lists.length - 1);
}

/** @param number that `readListNumber` gave */
export function sharedList({ lists }: PartTables, number: number): readonly string[] {
  const list = lists[number];
  // Doubt refuses: no list of addresses would mean any address.
  if (!list) throw malformed(`There is no list ${number}`);
  return list;
}

/** Those that this build knows: a key without one that it does not know can do less. */
export function sharedScopes(tables: PartTables, number: number): readonly Scope[] {
  tables.scopes[number] ??= sharedList(tables, number).filter(isScope);
  return tables.scopes[number];
}
