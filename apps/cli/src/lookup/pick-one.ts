import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

interface Wording<T> {
  /** Such as `member`; its plural takes an s. */
  readonly kind: string;
  /** What to do when nothing matches. */
  readonly advice: string;
  /** One line that distinguishes a candidate from the others; it begins with the id. */
  readonly candidate: (item: T) => string;
}

/** The only one found. Throws Failure if there is none, or more than one: then it lists them. */
export function pickOne<T>(
  found: readonly T[],
  reference: string,
  { kind, advice, candidate }: Wording<T>,
): T {
  const [only, ...others] = found;
  if (only === undefined) {
    throw new Failure(EXIT.notFound, `There is no ${kind} "${reference}". ${advice}`);
  }
  if (others.length === 0) return only;
  const text = `"${reference}" matches ${found.length} ${kind}s. Give the id of the one that you mean:`;
  const details = found.map((item) => `  ${candidate(item)}`);
  throw new Failure(EXIT.usage, text, { details });
}
