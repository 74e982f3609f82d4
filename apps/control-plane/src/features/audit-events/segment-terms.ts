import { hash } from 'node:crypto';
import { formatIpAddress, parseIpAddress } from '@tollkeeper/verify';

interface IndexedEvent {
  readonly actor: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly ip: string | null;
  readonly requestId: string;
}

/** What an event has in common with others: each term has a bit for each event of a segment. */
export function termsOf({ actor, action, target, ip }: IndexedEvent): string[] {
  const ids = [actor.memberId, actor.keyId, actor.joinKeyId, target.workspaceId];
  const address = ip === null ? [] : [addressTerm(ip)];
  return [
    ...ids.filter((id) => typeof id === 'string'),
    ...selfTerms(actor),
    ...[action, groupOf(action), typeTerm(String(target.type))],
    ...address,
  ];
}

/** Of a member who acts without a key: a search for their name does not mean what their keys did. */
export function selfTerm(memberId: string): string {
  return `self:${memberId}`;
}

function selfTerms({ memberId, keyId, joinKeyId }: IndexedEvent['actor']): string[] {
  const isSelf = typeof memberId === 'string' && keyId === undefined && joinKeyId === undefined;
  return isSelf ? [selfTerm(memberId)] : [];
}

/** What is nearly always another one: kept in the Bloom filter of a segment. */
export function keysOf({ target, requestId }: IndexedEvent): string[] {
  return [String(target.id), requestId];
}

/** The group of an action, as a filter names it. */
export function groupOf(action: string): string {
  return `${action.split('.', 1)[0]}.*`;
}

export function typeTerm(type: string): string {
  return `type:${type}`;
}

/** The same for every way to write the address. */
export function addressTerm(ip: string): string {
  const address = parseIpAddress(ip);
  return `ip:${address ? formatIpAddress(address) : ip}`;
}

/** 32 bits for each of at most two keys of 1,024 events: one of a thousand that are not there seems to be. */
export const BLOOM_BYTES = 4096;
const HASHES = 6;

/** The bits that a key sets. */
export function bloomBits(key: string): number[] {
  const digest = hash('sha256', key, 'buffer');
  return Array.from({ length: HASHES }, (_, at) => digest.readUInt16BE(2 * at) % (8 * BLOOM_BYTES));
}

/** The name of an event's target as its line. No search has a line break, which becomes a space here. */
export function nameLine(name: string): string {
  return name.includes('\n') ? name.replaceAll('\n', ' ') : name;
}

/** With the other filter, a row fits into one page of PostgreSQL, which stores both in the row itself. */
export const NAME_PARTS_BYTES = 3584;
/** Names of a segment have some thousand parts of so many characters, most of them in few segments. */
const PART_LENGTH = 4;

/** The bits that the parts of a name set, one for each. */
export function namePartBits(name: string): number[] {
  const bits: number[] = [];
  for (let at = PART_LENGTH; at <= name.length; at += 1) {
    bits.push(partHash(name, at - PART_LENGTH) % (8 * NAME_PARTS_BYTES));
  }
  return bits;
}

/** Fowler, Noll and Vo's hash, over code units: a segment has ten thousand parts. */
function partHash(name: string, start: number): number {
  let hashed = 0x811c9dc5;
  for (let at = start; at < start + PART_LENGTH; at += 1) {
    hashed = Math.imul(hashed ^ name.charCodeAt(at), 0x01000193);
  }
  return (hashed ^ (hashed >>> 15)) >>> 0;
}
