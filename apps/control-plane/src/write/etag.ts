import { createHash } from 'node:crypto';
import { canonicalJson } from '@tollkeeper/transparency-log';
import { DomainError, type ErrorDetails } from '../domain-error.ts';
import type { Facts } from './audit.ts';

/** @param editable the fields that an edit can set, and no others: only these can be overwritten */
export function etagOf(editable: Facts): string {
  return createHash('sha256').update(canonicalJson(editable)).digest('base64url').slice(0, 22);
}

/**
 * An edit that changes nothing is never refused: it may repeat one whose answer was lost.
 * @param what the record, such as: key "ci"
 * @param read the etag that the caller read; undefined for one who overwrites whatever is stored
 * @param current the etag of the record as it is stored and locked
 * @param next its etag after the edit
 * @param newer what is stored, for answers that name it
 * @throws DomainError edit_conflict where the record was edited after the caller read it
 */
export function requireUnedited(
  what: string,
  read: string | undefined,
  current: string,
  next: string,
  newer?: ErrorDetails['newer'],
): void {
  if (read === undefined || read === current || next === current) return;
  throw new DomainError(
    'edit_conflict',
    `Cannot save your edit of the ${what}: it was edited after you read it. Read it again, then repeat your edit.`,
    newer ? { newer } : {},
  );
}
