import { LABELS_MAX, type Labels } from '@tollkeeper/contract';
import { TokenField } from '../../components/forms/token-field.tsx';
import { joinClasses } from '../../lib/join-classes.ts';
import { addLabels, labelTokens, removeLabel, splitLabels } from './label-tokens.ts';

interface LabelsFieldProps {
  readonly labels: Labels;
  readonly hint: string;
  readonly error: string | undefined;
  readonly onLabels: (labels: Labels) => void;
}

export function LabelsField({ labels, hint, error, onLabels }: LabelsFieldProps) {
  const tokens = labelTokens(labels);
  return (
    <TokenField
      label="Labels"
      hint={hint}
      placeholder="region=eu-1"
      addLabel="Add label"
      listLabel="Labels so far"
      tokens={tokens}
      split={splitLabels}
      explainBad={(bad) => `Not a label such as region=eu-1: ${bad.join(', ')}`}
      error={error ?? tooManyLabels(labels)}
      onAdd={(added) => onLabels(addLabels(labels, added))}
      onRemove={(token) => onLabels(removeLabel(labels, token))}
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
