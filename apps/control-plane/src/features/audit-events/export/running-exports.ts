import type { Database } from '../../../db/connect.ts';
import { DomainError } from '../../../domain-error.ts';

/** How many exports run at once, of an organization and of all, in one process. */
const OF_ORGANIZATION_MAX = 3;
const TOTAL_MAX = 20;

const RETRY_AFTER_S = 10;

export interface RunningExport {
  readonly db: Database;
  readonly organizationId: string;
  /** Ends it early, and resolves once that is recorded. */
  stop: () => Promise<void>;
}

/** Those of this process, of all its databases. */
const running = new Set<RunningExport>();

/** Takes a place until `endExport`. @throws DomainError rate_limited */
export function beginExport(db: Database, organizationId: string): RunningExport {
  const ofOrganization = [...running].filter((each) => each.organizationId === organizationId);
  if (ofOrganization.length >= OF_ORGANIZATION_MAX) {
    throw tooMany(
      `${OF_ORGANIZATION_MAX} exports of your organization are running. Wait until one of them ends, or cancel one.`,
    );
  }
  if (running.size >= TOTAL_MAX) {
    throw tooMany(`${TOTAL_MAX} exports are running on this server. Try again later.`);
  }
  const begun: RunningExport = { db, organizationId, stop: async () => undefined };
  running.add(begun);
  return begun;
}

export function endExport(ended: RunningExport): void {
  running.delete(ended);
}

/** For the end of the process: clients go on where they were, at the next one. */
export async function stopExports(db: Database): Promise<void> {
  const stopped = [...running].filter((each) => each.db === db);
  await Promise.all(stopped.map((each) => each.stop()));
}

function tooMany(detail: string): DomainError {
  return new DomainError('rate_limited', detail, { retryAfterS: RETRY_AFTER_S });
}
