import { useQuery } from '@tanstack/react-query';
import { POLICY_TEXT_MAX } from '@tollkeeper/contract';
import { useMemo } from 'react';
import { explainError } from '../../../lib/api-errors.ts';
import { useDebounced } from '../../../lib/hooks.ts';
import { useUnlessPressing } from '../../../lib/press.ts';
import { validationQuery } from '../queries.ts';
import { type Finding, findingsOf } from './policy-findings.ts';

const REST_MS = 300;

/** What the server says of a text. */
export interface Checked {
  /** Those of the text before, until the answer for this one is there. */
  readonly findings: readonly Finding[];
  /** There is a text that was checked. */
  readonly isChecked: boolean;
  /** They are about the text as it stands. */
  readonly isCurrent: boolean;
  /** Why the text could not be checked. */
  readonly problem: string | undefined;
}

const NONE: readonly Finding[] = [];
const UNCHECKED: Checked = {
  ...{ findings: NONE, isChecked: false, isCurrent: true, problem: undefined },
};

/**
 * Has the server check the text once the person rests. Each text has an answer of its own, and the
 * request for one that was typed over is aborted: no answer is taken for that of another text.
 */
export function useValidation(text: string, workspaceId: string | null): Checked {
  const settled = useDebounced(text, REST_MS);
  const isCheckable = settled.trim() !== '' && settled.length <= POLICY_TEXT_MAX;
  const { data, error, isPlaceholderData } = useQuery({
    ...validationQuery({ text: settled, workspaceId }),
    enabled: isCheckable,
  });
  const findings = useMemo(() => (data ? findingsOf(data) : NONE), [data]);
  const isCurrent = settled === text && data !== undefined && !isPlaceholderData;
  const isChecked = data !== undefined;
  const checked = useMemo(
    () =>
      isCheckable
        ? { findings, isChecked, isCurrent, problem: error ? explainError(error) : undefined }
        : UNCHECKED,
    [isCheckable, findings, isChecked, isCurrent, error],
  );
  // The list of findings stands above the buttons of the form, and moves them.
  return useUnlessPressing(checked);
}

export function hasErrors({ findings }: Pick<Checked, 'findings'>): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
