import { setImmediate } from 'node:timers/promises';
import type { Database } from '../db/connect.ts';
import { DomainError } from '../domain-error.ts';
import { createTurns } from './turns.ts';

type Work<T> = () => Promise<T> | T;
type WithinLimit = <T>(organizationId: string, work: Work<T>) => Promise<T>;

const WAITING_MAX = 10;

/**
 * So much of an organization's work runs or waits at once.
 * @param what is limited, such as "policies are checked"
 */
export function createWaitingLimit(what: string): WithinLimit {
  const waiting = new Map<string, number>();
  /** @throws DomainError rate_limited */
  return async (organizationId, work) => {
    const before = waiting.get(organizationId) ?? 0;
    if (before >= WAITING_MAX) {
      const detail = `At most ${WAITING_MAX} ${what} for an organization at once.`;
      throw new DomainError('rate_limited', detail, { retryAfterS: 2 });
    }
    waiting.set(organizationId, before + 1);
    try {
      return await work();
    } finally {
      const left = (waiting.get(organizationId) ?? 1) - 1;
      if (left === 0) waiting.delete(organizationId);
      else waiting.set(organizationId, left);
    }
  };
}

/**
 * As a waiting limit, for work that occupies the server, or another one: of an organization it is done one
 * after the other, organizations take turns, and everything else has its turn in between.
 * @param atOnceMax organizations whose work runs at once
 */
export function createLimitedTurns(what: string, atOnceMax = 1) {
  const limit = createWaitingLimit(what);
  const inTurn = createTurns({ atOnceMax });
  return <T>(db: Database, organizationId: string, work: Work<T>): Promise<T> =>
    limit(organizationId, () =>
      inTurn(db, organizationId, async () => {
        await setImmediate();
        return work();
      }),
    );
}
