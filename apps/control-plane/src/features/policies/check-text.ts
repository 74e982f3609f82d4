import type { PolicyFinding } from '@tollkeeper/contract';
import { askCedar } from './cedar/ask-cedar.ts';
import { EXHAUSTED } from './cedar/compile-statements.ts';
import type { CedarFinding } from './cedar/message.ts';
import { textPlaces } from './cedar/text-places.ts';

/** What is known of the text of a policy. It can be saved where there are no errors. */
export interface CheckedText {
  /** Cedar's JSON form of each statement. */
  readonly statements: readonly unknown[];
  readonly errors: readonly PolicyFinding[];
  readonly warnings: readonly PolicyFinding[];
}

/** Errors, or warnings, named in one answer: a small text must not make a large one. */
const FINDINGS_MAX = 50;

/**
 * Parses the text, compiles it as gateways do, and validates it against the schema.
 * @param asker the organization, for instance: all that ask take turns
 */
export async function checkText(text: string, asker?: string): Promise<CheckedText> {
  const refuse = (errors: readonly PolicyFinding[]) => ({ statements: [], errors, warnings: [] });
  const answer = await askCedar({ text }, asker);
  if (answer.kind === 'exhausted') return refuse([findingAt(text, EXHAUSTED, 0, text.length)]);
  const { refusal } = answer;
  if (refusal) return refuse([findingAt(text, refusal.message, refusal.start, refusal.end)]);
  return {
    statements: answer.statements.map((json) => JSON.parse(json)),
    errors: findingsOf(text, answer.errors),
    warnings: findingsOf(text, answer.warnings),
  };
}

function findingAt(text: string, message: string, start: number, end: number): PolicyFinding {
  return { message, ...textPlaces(text).place(start, end) };
}

/** In the order of the text. What Cedar finds for several methods is said once. */
function findingsOf(text: string, found: readonly CedarFinding[]): PolicyFinding[] {
  const places = textPlaces(text);
  const bytes = Buffer.byteLength(text);
  const sorted = found
    .map((finding) => ({
      finding,
      place: finding.places[0] ?? { label: null, start: 0, end: bytes },
    }))
    .toSorted((a, b) => a.place.start - b.place.start || a.place.end - b.place.end);
  const once = new Map(
    sorted
      .toReversed()
      .map((each) => [`${each.place.start} ${withoutAction(messageOf(each.finding))}`, each]),
  );
  return [...once.values()]
    .reverse()
    .slice(0, FINDINGS_MAX)
    .map(({ finding, place: { start, end } }) => ({
      message: withoutAction(messageOf(finding)),
      ...places.place(places.fromByte(start), places.fromByte(end)),
    }));
}

/** Cedar names each statement by a number that nobody sees. */
function messageOf({ message, help, places }: CedarFinding): string {
  const label = places[0]?.label;
  const said = label ? `${message}: ${label}` : message;
  const sentences = [said, help ?? ''].map((each) =>
    each.replace(/^(failed to parse policies from string: |for policy `policy\d+`, )/, ''),
  );
  return sentences
    .filter((each) => each !== '')
    .map((each) => each.charAt(0).toUpperCase() + each.slice(1))
    .join('. ');
}

function withoutAction(message: string): string {
  return message.replace(/ for Action::"[A-Z]+"/g, '');
}
