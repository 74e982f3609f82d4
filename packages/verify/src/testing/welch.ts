/**
 * Whether the time of a call distinguishes two classes of input, by the method of dudect (Reparaz,
 * Balasch, Verbauwhede, "Dude, is my code constant time?", 2017): samples of both classes in random
 * order, without the slowest ones, which measure the machine, compared by Welch's t.
 *
 * Each trial carries its own control: the samples of each class are split in two at random, and the
 * halves are compared in the same way. What they differ by is noise of the machine.
 */
interface TimingTrial<Input> {
  readonly classes: readonly [() => Input, () => Input];
  /**
   * Makes a copy of an input. All are copied one after the other before they are measured, so that
   * how a class was drawn does not decide where its inputs lie in memory.
   */
  readonly copy: (input: Input) => Input;
  readonly call: (input: Input) => void;
  readonly samples: number;
  readonly rounds: number;
}

/** Beyond it two means differ with a certainty of 99.999 % (TVLA; dudect). */
const T_MAX = 4.5;
/** How far beyond its control a difference has to be: load alone moves both. */
const CONTROL_FACTOR = 2;
/** A difference that is real shows in every trial; one caused by the machine does not. */
export const TRIALS = 3;
/** The quickest part of a round is kept: slower samples measure the machine. */
const KEPT = 0.8;
const WARM_UP_ROUNDS = 2;

/** How many of the trials distinguish the classes beyond their control. */
export function countDistinguished<Input>(trial: TimingTrial<Input>): number {
  for (let i = 0; i < WARM_UP_ROUNDS; i++) measureRound(trial);
  return Array.from({ length: TRIALS }).filter(() => standsOut(trial)).length;
}

function standsOut<Input>(trial: TimingTrial<Input>): boolean {
  const rounds = Array.from({ length: trial.rounds }, () => compareRound(measureRound(trial)));
  // The middle round: rounds that disagree on which class is slower cancel each other out.
  const t = Math.abs(median(rounds.map((round) => round.t)));
  const controlT = Math.max(...rounds.map((round) => round.controlT));
  return t > Math.max(T_MAX, CONTROL_FACTOR * controlT);
}

function compareRound([left, right]: Samples) {
  const controls = [left, right].map((times) => Math.abs(welchT(splitAtRandom(times))));
  return { t: welchT([left, right]), controlT: Math.max(...controls) };
}

function splitAtRandom(times: readonly number[]): Samples {
  const halves: Samples = [[], []];
  for (const time of times) halves[Math.random() < 0.5 ? 0 : 1].push(time);
  return halves;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

type Samples = readonly [number[], number[]];

function measureRound<Input>({ classes, copy, call, samples }: TimingTrial<Input>): Samples {
  const originals = Array.from({ length: samples }, () => {
    const which: 0 | 1 = Math.random() < 0.5 ? 0 : 1;
    return { which, input: classes[which]() };
  });
  const drawn = originals.map(({ which, input }) => ({ which, input: copy(input) }));
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
