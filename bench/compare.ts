import { generateLoad } from './generate-load.ts';
import { cpuMs, type ServerProcess } from './server-process.ts';

/** Ours beside the baseline, of the same seconds. */
export interface Comparison {
  readonly perSecond: number;
  readonly barePerSecond: number;
  /** Median over the rounds of ours divided by the baseline, and the rounds at both ends. */
  readonly ratio: Spread;
  /** The same of requests per second of processor time, which a busy machine disturbs less. */
  readonly cpuRatio: Spread | undefined;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const ROUNDS = 7;
const ROUND_MS = 2000;
const WARM_UP_MS = 3000;

interface Round {
  readonly perSecond: number;
  /** Requests per second of processor time. */
  readonly perCpuSecond: number | undefined;
}

/** Alternates between the two, so that what else the machine does meets both alike. */
export async function compare(
  ours: ServerProcess,
  bare: ServerProcess,
  nextRequest: () => string,
): Promise<Comparison> {
  for (const { port } of [ours, bare]) {
    await generateLoad({ port, durationMs: WARM_UP_MS, nextRequest });
  }
  const rounds: { readonly ours: Round; readonly bare: Round }[] = [];
  while (rounds.length < ROUNDS) {
    rounds.push({
      ours: await runRound(ours, nextRequest),
      bare: await runRound(bare, nextRequest),
    });
  }
  const cpuRatios = rounds.map(
    (round) => (round.ours.perCpuSecond ?? Number.NaN) / (round.bare.perCpuSecond ?? Number.NaN),
  );
  return {
    perSecond: spread(rounds.map((round) => round.ours.perSecond)).median,
    barePerSecond: spread(rounds.map((round) => round.bare.perSecond)).median,
    ratio: spread(rounds.map((round) => round.ours.perSecond / round.bare.perSecond)),
    cpuRatio: cpuRatios.every(Number.isFinite) ? spread(cpuRatios) : undefined,
  };
}

async function runRound({ pid, port }: ServerProcess, nextRequest: () => string): Promise<Round> {
  const cpuBefore = cpuMs(pid);
  const startedAt = performance.now();
  const perSecond = await generateLoad({ port, durationMs: ROUND_MS, nextRequest });
  const elapsedMs = performance.now() - startedAt;
  const cpuAfter = cpuMs(pid);
  if (cpuBefore === undefined || cpuAfter === undefined)
    return { perSecond, perCpuSecond: undefined };
  return { perSecond, perCpuSecond: (perSecond * elapsedMs) / (cpuAfter - cpuBefore) };
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}
