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
    ...[action, groupOf(action), typeTerm(String(target.type))],
    ...address,
  ];
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
