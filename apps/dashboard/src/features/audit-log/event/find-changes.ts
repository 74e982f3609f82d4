import { counted, exactTime, formatCount } from '../../../lib/format.ts';

/** What an event records of its target. */
export type Facts = Readonly<Record<string, unknown>> | null;

/** A fact in words: one value, or several where it is a list. */
type Words = string | readonly string[];

/** How a fact differs; a text of several lines is compared line by line. */
export type Change =
  | { readonly kind: 'value'; readonly term: string; readonly from: Words; readonly to: Words }
  | { readonly kind: 'text'; readonly term: string; readonly from: string; readonly to: string };

export interface Fact {
  readonly term: string;
  readonly words: Words;
  /** Source text, shown as it is. */
  readonly isText: boolean;
}

export interface Changes {
  readonly changed: readonly Change[];
  /** Recorded after the event alone. */
  readonly added: readonly Fact[];
  /** Recorded before the event alone. */
  readonly removed: readonly Fact[];
  readonly unchanged: readonly Fact[];
  /** Recorded on one side alone, with nothing in them. */
  readonly empty: readonly Fact[];
}

/** Names of records by their ids. */
export type RecordNames = ReadonlyMap<string, string>;

/** Compares what was recorded before and after, fact by fact. */
export function findChanges(
  before: Facts,
  after: Facts,
  recordNames: RecordNames = new Map(),
): Changes {
  const factOf = (name: string, value: unknown): Fact => ({
    term: termOf(name),
    words: named(name, value, recordNames),
    isText: isText(value),
  });
  const [old, now] = [leavesOf(before ?? {}), leavesOf(after ?? {})];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const both = names.filter((name) => old.has(name) && now.has(name));
  const added = names.filter((name) => !old.has(name)).map((name) => factOf(name, now.get(name)));
  const removed = names.filter((name) => !now.has(name)).map((name) => factOf(name, old.get(name)));
  const isSame = (name: string) => isEqual(old.get(name), now.get(name));
  return {
    changed: both
      .filter((name) => !isSame(name))
      .map((name) => changeOf(name, old.get(name), now.get(name), recordNames)),
    added: added.filter(hasContent),
    removed: removed.filter(hasContent),
    empty: [...added, ...removed].filter((fact) => !hasContent(fact)),
    unchanged: both.filter(isSame).map((name) => factOf(name, now.get(name))),
  };
}

/** Facts by name; those of an object inside by the names of both. A Map, since names are foreign. */
function leavesOf(facts: object, path: readonly string[] = []): Map<string, unknown> {
  return new Map(
    Object.entries(facts).flatMap(([name, value]) => {
      const place = [...path, name];
      const isGroup = isRecord(value) && !isCut(value) && Object.keys(value).length > 0;
      return isGroup ? [...leavesOf(value, place)] : [[place.join('.'), value] as const];
    }),
  );
}

function changeOf(name: string, from: unknown, to: unknown, recordNames: RecordNames): Change {
  const term = termOf(name);
  if (isText(from) || isText(to)) return { kind: 'text', term, from: textOf(from), to: textOf(to) };
  const [old, now] = [named(name, from, recordNames), named(name, to, recordNames)];
  // Two records that share a name differ by their ids.
  if (old === now) return { kind: 'value', term, from: wordsOf(name, from), to: wordsOf(name, to) };
  return { kind: 'value', term, from: old, to: now };
}

/** The name of the record that a fact names by its id, where it is known; else the fact in words. */
function named(name: string, value: unknown, recordNames: RecordNames): Words {
  const isId = name.endsWith('Id') && typeof value === 'string';
  return (isId && recordNames.get(value)) || wordsOf(name, value);
}

const NOTHING = 'None';

function hasContent({ words }: Fact): boolean {
  return words !== NOTHING;
}

const LINE_MAX = 160;

function isText(value: unknown): value is string {
  return typeof value === 'string' && (value.includes('\n') || value.length > LINE_MAX);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : String(wordsOf('', value));
}

const TERMS: ReadonlyMap<string, string> = new Map([
  ['allowedIps', 'Allowed IP ranges'],
  ['memberId', 'Owner'],
  ['roleId', 'Role'],
  ['ownerId', 'Owner'],
  ['workspaceId', 'Workspace'],
  ['usesMax', 'Uses allowed'],
  ['usesCount', 'Uses so far'],
  ['createdByKeyId', 'Created with the key'],
  ['expiresAt', 'Expires'],
  ['requestedExpiresAt', 'Expiry that was asked for'],
  ['disabledBy', 'Disabled by'],
  ['revokeReason', 'Reason'],
  ['graceSeconds', 'Old secret works for'],
]);

/** "Allowed IP ranges"; of a name without words, the name taken apart. */
function termOf(name: string): string {
  const known = TERMS.get(name);
  if (known !== undefined) return known;
  const parts = name
    .split('.')
    .map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase());
  const words = parts.join(': ').replaceAll(/\bids?\b/g, (id) => id.replace('id', 'ID'));
  return words.replaceAll(/\bips?\b/g, (ip) => ip.replace('ip', 'IP')).replace(/^./, upper);
}

function upper(letter: string): string {
  return letter.toUpperCase();
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function wordsOf(name: string, value: unknown): Words {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return numberWords(name, value);
  if (typeof value === 'string') return INSTANT.test(value) ? exactTime(value) : value;
  if (Array.isArray(value)) return value.length === 0 ? NOTHING : value.map(itemWords);
  if (isCut(value)) return cutWords(value);
  return Object.keys(value).length === 0 ? NOTHING : JSON.stringify(value);
}

function numberWords(name: string, value: number): string {
  if (name.endsWith('Seconds')) return counted(value, 'second');
  if (name.endsWith('Days')) return counted(value, 'day');
  return formatCount(value);
}

function itemWords(item: unknown): string {
  return typeof item === 'string' ? item : isCut(item) ? cutWords(item) : JSON.stringify(item);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In place of what was too long to record. */
interface Cut {
  readonly cut: { readonly bytes: number; readonly sha256: string };
}

function isCut(value: unknown): value is Cut {
  if (!isRecord(value) || !isRecord(value.cut)) return false;
  return typeof value.cut.bytes === 'number' && typeof value.cut.sha256 === 'string';
}

function cutWords({ cut: { bytes, sha256 } }: Cut): string {
  return `Cut, since it is too long to record: ${counted(bytes, 'byte')} with the SHA-256 ${sha256}`;
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
