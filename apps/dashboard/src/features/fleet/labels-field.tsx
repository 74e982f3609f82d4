import { LABELS_MAX, type Labels } from '@tollkeeper/contract';
import { TokenField } from '../../components/token-field.tsx';
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
