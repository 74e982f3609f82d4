import type { DownwardOf, Position } from '@tollkeeper/protocol';
import { Rejection } from './rejection.ts';

/** Organization and workspace whose keys an instance receives. */
export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** How far a whole snapshot has come. */
export interface Progress {
  readonly version: number;
  readonly issuedAtMs: number;
  readonly nextPart: number;
}

type Snapshot = DownwardOf<'snapshot'>;
type Changes = DownwardOf<'changes'>;

/** The later of two positions in one lineage. */
export function newest(one: Position | null, other: Position): Position {
  return one && one.version > other.version ? one : other;
}

/** @throws Rejection foreign */
export function requirePlace(place: Place, header: Place): void {
  const { organizationId, workspaceId } = header;
  if (organizationId === place.organizationId && workspaceId === place.workspaceId) return;
  throw new Rejection(
    'foreign',
    `It is for workspace "${workspaceId}" of "${organizationId}", this gateway belongs to ` +
      `"${place.workspaceId}" of "${place.organizationId}"`,
  );
}

/**
 * The part, when it is the next one of the same snapshot.
 * @param progress undefined before the first
 * @throws Rejection incomplete
 */
export function followPart(progress: Progress | undefined, header: Snapshot): Progress {
  const { version, issuedAtMs, part } = header;
  const isNext = progress
    ? part === progress.nextPart &&
      version === progress.version &&
      issuedAtMs === progress.issuedAtMs
    : part === 0;
  if (isNext) return { version, issuedAtMs, nextPart: part + 1 };
  throw new Rejection(
    'incomplete',
    `Part ${part} of the snapshot of version ${version} came where ` +
      (progress ? `part ${progress.nextPart} of version ${progress.version}` : 'part 0') +
      ' was due',
  );
}

/**
 * @param version that the gateway is at; null without a snapshot
 * @throws Rejection gap, older or malformed
 */
export function requireNext(version: number | null, { from, to }: Changes): void {
  if (to <= from) throw new Rejection('malformed', `Changes lead from version ${from} to ${to}`);
  if (from === version) return;
  const at = version === null ? 'no version' : `version ${version}`;
  const what = `Changes from version ${from} to ${to} came, this gateway is at ${at}`;
  throw new Rejection(version !== null && to <= version ? 'older' : 'gap', what);
}
