import type { Database } from '../db/connect.ts';
import { DomainError } from '../domain-error.ts';

interface TurnLimits {
  /** Organizations whose work runs at once: each takes a connection of all that requests share. */
  readonly atOnceMax?: number;
  /** How much may wait in the line of one organization. */
  readonly waitingMax?: number;
}

interface Lines {
  /** What waits, by organization, in the order in which these have their next turn. */
  readonly waiting: Map<string, (() => void)[]>;
  readonly running: Set<string>;
}

/**
 * Runs work on a database in this process: of one organization one at a time, of several in turns, so that
 * one whose work takes long keeps none of the others waiting for more than a piece of it.
 */
export function createTurns({
  atOnceMax = Number.POSITIVE_INFINITY,
  waitingMax = Number.POSITIVE_INFINITY,
}: TurnLimits = {}) {
  const linesOf = new WeakMap<Database, Lines>();

  /** @throws DomainError unavailable, where as much waits as may; what `work` throws */
  return async <T>(db: Database, organizationId: string, work: () => Promise<T>): Promise<T> => {
    const lines = linesOf.get(db) ?? { waiting: new Map(), running: new Set() };
    linesOf.set(db, lines);
    const { waiting, running } = lines;
    const line = waiting.get(organizationId) ?? [];
    const isFree = !running.has(organizationId) && running.size < atOnceMax;
    if (!isFree && line.length >= waitingMax) throw busy();
    const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
    line.push(begin);
    waiting.set(organizationId, line);
    beginNext(lines, atOnceMax);
    await turn;
    try {
      return await work();
    } finally {
      running.delete(organizationId);
      beginNext(lines, atOnceMax);
    }
  };
}

/** Whose turn it is goes behind the others with what they still have in their line. */
function beginNext({ waiting, running }: Lines, atOnceMax: number): void {
  for (const [organizationId, line] of [...waiting]) {
    if (running.size >= atOnceMax) return;
    if (running.has(organizationId)) continue;
    const begin = line.shift();
    waiting.delete(organizationId);
    if (line.length > 0) waiting.set(organizationId, line);
    running.add(organizationId);
    begin?.();
  }
}

function busy(): DomainError {
  return new DomainError(
    'unavailable',
    'The server is busy looking for what other keys created. Nothing was changed. Try again.',
  );
}
