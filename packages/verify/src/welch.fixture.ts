/**
 * Whether the time of a call tells two classes of input apart, by the method of dudect (Reparaz,
 * Balasch, Verbauwhede, "Dude, is my code constant time?", 2017): samples of both classes in random
 * order, without the slowest, which tell of the machine, compared by Welch's t.
 */
export interface TimingTrial<Input> {
  readonly classes: readonly [() => Input, () => Input];
  readonly call: (input: Input) => void;
  readonly samples: number;
  readonly rounds: number;
}

/** The quickest part of a round: what is slower tells of the machine. */
const KEPT = 0.8;
const WARM_UP_ROUNDS = 2;

/**
 * How far t of the middle round is from zero: what a busy machine does to a few rounds counts for
 * nothing, and rounds that disagree on which class is slower cancel out.
 */
export function consistentT<Input>(trial: TimingTrial<Input>): number {
  for (let i = 0; i < WARM_UP_ROUNDS; i++) measureRound(trial);
  const rounds = Array.from({ length: trial.rounds }, () => welchT(measureRound(trial)));
  return Math.abs(rounds.sort((a, b) => a - b)[Math.floor(trial.rounds / 2)] ?? Number.NaN);
}

type Samples = readonly [number[], number[]];

function measureRound<Input>({ classes, call, samples }: TimingTrial<Input>): Samples {
  const drawn = Array.from({ length: samples }, () => {
    const which: 0 | 1 = Math.random() < 0.5 ? 0 : 1;
    return { which, input: classes[which]() };
  });
  const tookMs: Samples = [[], []];
  for (const { which, input } of drawn) {
    const startMs = performance.now();
    call(input);
    tookMs[which].push(performance.now() - startMs);
  }
  return cropped(tookMs);
}

/** By one bound for both classes: one of their own would hide a difference in their slow part. */
function cropped([left, right]: Samples): Samples {
  const all = [...left, ...right].sort((a, b) => a - b);
  const longest = all[Math.floor(all.length * KEPT)] ?? Number.POSITIVE_INFINITY;
  const kept = (times: readonly number[]) => times.filter((time) => time <= longest);
  return [kept(left), kept(right)];
}

function welchT([left, right]: Samples): number {
  const [a, b] = [momentsOf(left), momentsOf(right)];
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
}

function momentsOf(times: readonly number[]) {
  const count = times.length;
  const mean = times.reduce((sum, time) => sum + time, 0) / count;
  const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}
