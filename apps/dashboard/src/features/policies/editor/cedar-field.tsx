import { lazy, Suspense, useId } from 'react';
import { FieldError } from '../../../components/forms/field.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { formatCount } from '../../../lib/format.ts';
import { joinClasses } from '../../../lib/join-classes.ts';
import { FindingList } from './finding-list.tsx';
import { type Checked, hasErrors } from './use-validation.ts';

// The editor is a third of the download of everything else; only pages that show it load it.
const CedarEditor = lazy(() => import('./cedar-editor.tsx'));

interface CedarFieldProps {
  readonly text: string;
  readonly checked: Checked;
  readonly schema: string | undefined;
  readonly readOnly?: boolean;
  readonly error?: string | undefined;
  readonly onText: (text: string) => void;
}

/** The text of a policy, with what is wrong with it below. */
export function CedarField({ readOnly = false, error, checked, ...editor }: CedarFieldProps) {
  const id = useId();
  const isInvalid = error !== undefined || hasErrors(checked);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <p id={id} className="font-medium text-ink">
        Cedar
      </p>
      <div
        className={joinClasses(
          'overflow-clip rounded-md border focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2',
          isInvalid ? 'border-bad' : 'border-control',
        )}
      >
        <Suspense fallback={<EditorPlace />}>
          <CedarEditor
            {...editor}
            readOnly={readOnly}
            checked={checked}
            labelledBy={id}
            describedBy={`${id}-hint ${id}-findings`}
          />
        </Suspense>
      </div>
      <p id={`${id}-hint`} className="text-[0.8125rem] text-soft">
        {readOnly
          ? 'Your role does not allow you to edit it.'
          : 'Ctrl+Space completes, F8 goes to the next finding, and Tab leaves the editor.'}
      </p>
      <div id={`${id}-findings`}>
        <FieldError message={error} />
        {readOnly ? null : <FindingList checked={checked} />}
      </div>
    </div>
  );
}

function EditorPlace() {
  return (
    <div aria-busy className="h-48 p-3">
      <Skeleton className="w-full" />
    </div>
  );
}

/** What to say of a text that is longer than the server takes; undefined where it fits. */
export function textBlock(text: string, lengthMax: number): string | undefined {
  if (text.trim() === '') return 'Enter at least one statement.';
  if (text.length <= lengthMax) return undefined;
  return `Use at most ${formatCount(lengthMax)} characters. This has ${formatCount(text.length)}.`;
}
