import { spread } from '../compare.ts';
import { cpuMs } from '../server-process.ts';
import type { Database } from './database-server.ts';

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
  /** Processor time of the server, in milliseconds. */
  readonly serverCpuMs: number | undefined;
  /** That of PostgreSQL. */
  readonly postgresCpuMs: number | undefined;
}

/** Of the server and of PostgreSQL together. */
export function cpuMsOf({ serverCpuMs, postgresCpuMs }: ChangeFigures): number {
  return (serverCpuMs ?? Number.NaN) + (postgresCpuMs ?? Number.NaN);
}

/** Many and short: what else a machine does lasts longer than a round, and meets all sides alike. */
const ROUNDS = 16;
const ROUND_MS = 1000;

/** Takes turns between the sides, in one order and then in the other. */
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
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
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
  const ended = await read(side);
  const seconds = (ended.at - before.at) / 1000;
  // PostgreSQL tells its counts late, and what a change leaves to be done behind it belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const after = await read(side);
  const each = (key: 'commits' | 'walBytes') => (after[key] - before[key]) / changes;
  const ifKnown = (to: number | undefined, from: number | undefined) =>
    from === undefined || to === undefined ? undefined : (to - from) / changes;
  return {
    perSecond: changes / seconds,
    commits: each('commits'),
    walBytes: each('walBytes'),
    queries: ifKnown(after.queries, before.queries),
    serverCpuMs: ifKnown(ended.serverCpuMs, before.serverCpuMs),
    postgresCpuMs: ifKnown(ended.postgresCpuMs, before.postgresCpuMs),
  };
}

async function read({ pid, database }: Side) {
  const { cpuMs: postgresCpuMs, ...counts } = await database.count();
  return { ...counts, serverCpuMs: cpuMs(pid), postgresCpuMs, at: performance.now() };
}

/** Ours divided by theirs. */
export interface Ratio {
  /** Of the medians of all rounds, which a load that grows or ends in the middle distorts. */
  readonly ofMedians: number;
  /** Round by round: the median, and between which half of them lie. */
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

export function ratioOf(
  ours: readonly ChangeFigures[],
  theirs: readonly ChangeFigures[],
  of: (figures: ChangeFigures) => number,
): Ratio {
  const median = (rounds: readonly ChangeFigures[]) => spread(rounds.map(of)).median;
  const ratios = ours
    .flatMap((round, at) => theirs.slice(at, at + 1).map((other) => of(round) / of(other)))
    .toSorted((a, b) => a - b);
  const quartile = (part: number) => ratios[Math.floor(ratios.length * part)] ?? Number.NaN;
  return {
    ofMedians: median(ours) / median(theirs),
    median: quartile(0.5),
    from: quartile(0.25),
    to: quartile(0.75),
  };
}
