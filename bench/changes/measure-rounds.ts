import { type Spread, spread } from '../compare.ts';
import { cpuMs } from '../server-process.ts';
import type { Counts, Database } from './database-server.ts';

/** A server that changes something with each call. */
export interface Side {
  readonly pid: number;
  readonly database: Database;
  readonly change: (client: number) => Promise<unknown>;
}

/** Of one change, but the first. */
export interface ChangeFigures {
  readonly perSecond: number;
  readonly commits: number;
  readonly walBytes: number;
  readonly queries: number | undefined;
  /** Processor time of the server and of PostgreSQL, in milliseconds. */
  readonly cpuMs: number | undefined;
}

const ROUNDS = 5;
const ROUND_MS = 2000;

/** Takes turns between the sides, so that what else the machine does meets all alike. */
export async function measureRounds<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  clients: number,
): Promise<Readonly<Record<Name, ChangeFigures[]>>> {
  const names = Object.keys(sides) as Name[];
  const rounds = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    ChangeFigures[]
  >;
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const name of names) {
      const figures = await measureFor(sides[name], clients, ROUND_MS);
      // The first warms up.
      if (round >= 0) rounds[name].push(figures);
    }
  }
  return rounds;
}

/** Changes by that many clients at once, each one after the other, until the time is over. */
export function measureFor(side: Side, clients: number, durationMs: number) {
  const endAt = performance.now() + durationMs;
  return measure(side, clients, () => performance.now() < endAt);
}

/** @param isMore whether a client begins another change */
export async function measure(
  side: Side,
  clients: number,
  isMore: () => boolean,
): Promise<ChangeFigures> {
  const before = await read(side);
  let changes = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (isMore()) {
        await side.change(client);
        changes += 1;
      }
    }),
  );
  const seconds = (performance.now() - before.at) / 1000;
  // What a change leaves to be done behind it belongs to it; and PostgreSQL tells its counts late.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const after = await read(side);
  const each = (key: 'commits' | 'walBytes') => (after[key] - before[key]) / changes;
  const ifKnown = (key: 'queries' | 'cpuMs') => {
    const [from, to] = [before[key], after[key]];
    return from === undefined || to === undefined ? undefined : (to - from) / changes;
  };
  return {
    perSecond: changes / seconds,
    commits: each('commits'),
    walBytes: each('walBytes'),
    queries: ifKnown('queries'),
    cpuMs: ifKnown('cpuMs'),
  };
}

async function read({ pid, database }: Side): Promise<Counts & { readonly at: number }> {
  const counts = await database.count();
  const own = cpuMs(pid);
  const cpu = own === undefined || counts.cpuMs === undefined ? undefined : own + counts.cpuMs;
  return { ...counts, cpuMs: cpu, at: performance.now() };
}

/** Ours divided by theirs, round by round. */
export function ratioOf(
  ours: readonly ChangeFigures[],
  theirs: readonly ChangeFigures[],
  of: (figures: ChangeFigures) => number | undefined,
): Spread {
  return spread(
    ours.map((round, at) => {
      const other = theirs[at];
      return (of(round) ?? Number.NaN) / ((other && of(other)) ?? Number.NaN);
    }),
  );
}
