/** Looks for texts that make a pattern go back and forth, and for how its work grows with them. */
import { runInNewContext } from 'node:vm';

export type Matches = (text: string) => boolean;

/** What many patterns take or stop at, and so where they can go back to. */
const CHARACTERS = [...'aA05.-_@:/+ T\t\u00e9'];
const UNITS = CHARACTERS.flatMap((one) => CHARACTERS.map((two) => (one === two ? one : one + two)));
/** Ways into the later parts of a pattern. */
const STARTS = ['', 'a', 'a@', 'a@a.', '1:', 'tk_live_', 'key_', '2027-01-31T12:00:00.'];
/** The last is refused everywhere: most of the work is done to refuse a text that began well. */
const ENDS = ['', '@', '\u0000'];

const SHORT = 32;
const ROUNDS_MAX = 20;
const CANDIDATES = 4;
/** A pattern that takes exponential time would never come back. */
const GIVE_UP_MS = 10_000;

/**
 * How many times the work grows from texts of 32 characters to those of `length`, for the texts
 * that cost most. Each figure is the least of several, which other processes can only raise: it is
 * taken again while the growth seems to be above `enough`.
 * @throws Error when that takes longer than `giveUpMs`
 */
export function growthOf(
  matches: Matches,
  length: number,
  enough: number,
  giveUpMs = GIVE_UP_MS,
): number {
  const measure = () =>
    Math.max(...costliest(matches, length).map((make) => growth(matches, make, length, enough)));
  return runInNewContext('measure()', { measure }, { timeout: giveUpMs }) as number;
}

type Make = (length: number) => string;

function costliest(matches: Matches, length: number): Make[] {
  const creators = UNITS.flatMap((unit) =>
    STARTS.flatMap((start) =>
      ENDS.map((end): Make => {
        return (size) => start + unit.repeat(size).slice(0, size - start.length - end.length) + end;
      }),
    ),
  );
  const costs = creators.map((make) => ({ make, ms: cost(matches, make(length), 1) }));
  return costs
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, CANDIDATES)
    .map(({ make }) => make);
}

function growth(matches: Matches, make: Make, length: number, enough: number): number {
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS_MAX && !(long / short < enough); round++) {
    short = Math.min(short, cost(matches, make(SHORT), 50));
    long = Math.min(long, cost(matches, make(length), 5));
  }
  return long / short;
}

/** Of one match, the least of three times that many. */
function cost(matches: Matches, text: string, repeats: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt++) {
    const startedAt = performance.now();
    for (let n = 0; n < repeats; n++) matches(text);
    least = Math.min(least, (performance.now() - startedAt) / repeats);
  }
  return least;
}
