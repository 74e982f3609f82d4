import { LABELS_MAX, type Labels, labels as labelsSchema } from '@tollkeeper/contract';
import { type SplitTokens, TokenField } from '../../components/forms/token-field.tsx';
import { joinClasses } from '../../lib/join-classes.ts';

interface LabelsFieldProps {
  readonly labels: Labels;
  readonly hint: string;
  readonly error: string | undefined;
  readonly onLabels: (labels: Labels) => void;
}

export function LabelsField({ labels, hint, error, onLabels }: LabelsFieldProps) {
  return (
    <TokenField
      label="Labels"
      hint={hint}
      placeholder="region=eu-1"
      addLabel="Add label"
      listLabel="Labels so far"
      value={labels}
      tokensOf={labelTokens}
      add={addLabels}
      remove={removeLabel}
      split={splitLabels}
      explainBad={(bad) => `Not a label such as region=eu-1: ${bad.join(', ')}`}
      error={error ?? tooManyLabels(labels)}
      onValue={onLabels}
    />
  );
}

/** What to say of more labels than the server takes; undefined where they fit. */
export function tooManyLabels(labels: Labels): string | undefined {
  return Object.keys(labels).length > LABELS_MAX ? `Use at most ${LABELS_MAX} labels.` : undefined;
}

interface LabelChipsProps {
  readonly labels: Labels;
  /** How many at most; the others are counted. */
  readonly most?: number;
}

const CHIP =
  'min-w-0 max-w-full rounded border border-line px-1.5 text-[0.8125rem] text-soft leading-5';

export function LabelChips({ labels, most = Number.POSITIVE_INFINITY }: LabelChipsProps) {
  const tokens = labelTokens(labels);
  const hidden = tokens.slice(most);
  if (tokens.length === 0) return null;
  return (
    <ul aria-label="Labels" className="flex max-w-full flex-wrap gap-1">
      {tokens.slice(0, most).map((token) => (
        <li
          key={token}
          title={token}
          className={joinClasses(
            CHIP,
            most === Number.POSITIVE_INFINITY ? 'break-all' : 'truncate',
          )}
        >
          {token}
        </li>
      ))}
      {hidden.length > 0 ? (
        <li title={hidden.join(', ')} className={CHIP}>
          +{hidden.length}
          <span className="sr-only"> more</span>
        </li>
      ) : null}
    </ul>
  );
}

const names = new Intl.Collator('en', { numeric: true });

/** Labels as people write them, such as region=eu-1, in the order of their names. */
export function labelTokens(labels: Labels): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => names.compare(a, b))
    .map(([name, value]) => `${name}=${value}`);
}

/** Takes typed or pasted labels apart: commas, semicolons, spaces and lines all separate. */
export function splitLabels(text: string): SplitTokens {
  const tokens = text.split(/[\s,;]+/).filter(Boolean);
  return { good: tokens.filter(isLabel), bad: tokens.filter((token) => !isLabel(token)) };
}

/** Each name holds one value: the one that came last. */
export function addLabels(labels: Labels, tokens: readonly string[]): Labels {
  return { ...labels, ...Object.fromEntries(tokens.map(parted)) };
}

export function removeLabel(labels: Labels, token: string): Labels {
  const [name] = parted(token);
  return Object.fromEntries(Object.entries(labels).filter(([other]) => other !== name));
}

function isLabel(token: string): boolean {
  if (!token.includes('=')) return false;
  return labelsSchema.safeParse(Object.fromEntries([parted(token)])).success;
}

function parted(token: string): [name: string, value: string] {
  const at = token.indexOf('=');
  return [token.slice(0, at), token.slice(at + 1)];
}
