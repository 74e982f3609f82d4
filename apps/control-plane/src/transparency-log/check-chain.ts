import { type Hash, leafHash } from '@tollkeeper/transparency-log';
import { auditHash } from '../write/audit.ts';
import { leafTextOf, type StoredEvent } from './stored-events.ts';

/** The end of a hash chain. */
export interface ChainLink {
  readonly sequence: number;
  readonly hash: Buffer;
}

/** The leaves that continue a chain, up to the first event that does not. */
export interface CheckedEvents {
  /** Their hashes: the texts are not kept, since a batch of them would be in the way of the garbage collector. */
  readonly leaves: readonly Hash[];
  readonly end: ChainLink;
  /** Why the event after these does not continue the chain. */
  readonly problem: string | null;
}

/**
 * Checks events of the organization against the hash chain.
 * @param before what is integrated so far
 * @param chainEnd what the organization's chain ended with before the events were read
 * @param rows the events after `before`, in order, as many as were asked for
 */
export function checkChain(
  organizationId: string,
  before: ChainLink,
  chainEnd: ChainLink,
  rows: readonly StoredEvent[],
  rowsMax: number,
): CheckedEvents {
  const leaves: Hash[] = [];
  let end = before;
  let endHex = before.hash.toString('hex');
  const stopped = (problem: string) => ({ leaves, end, problem });
  for (const row of rows) {
    const sequence = end.sequence + 1;
    if (Number(row.sequence) !== sequence) return stopped(`Event ${sequence} is missing`);
    const text = leafTextOf(row, organizationId, sequence);
    if (text === undefined) {
      return stopped(`Event ${sequence} ("${row.id}") has a value that no event can have`);
    }
    const hash = auditHash(end.hash, text);
    if (row.previousHash !== endHex || row.hash !== hash.toString('hex')) {
      return stopped(`Event ${sequence} ("${row.id}") does not continue the hash chain`);
    }
    leaves.push(leafHash(text));
    end = { sequence, hash };
    endHex = row.hash;
  }
  if (rows.length < rowsMax && end.sequence < chainEnd.sequence) {
    return stopped(`Event ${end.sequence + 1} is missing`);
  }
  if (chainEnd.sequence < before.sequence) {
    // Not where it ends: the event about this problem moves the end.
    return stopped(`The log ends before event ${before.sequence}, which was integrated`);
  }
  if (chainEnd.sequence === end.sequence && !chainEnd.hash.equals(end.hash)) {
    return stopped(`The hash chain does not end with event ${end.sequence}`);
  }
  return { leaves, end, problem: null };
}
