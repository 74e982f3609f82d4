import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { BlockedReason, Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { joinClasses } from '../../lib/join-classes.ts';

interface QuestionFootProps {
  readonly icon: LucideIcon;
  /** What the button does. */
  readonly label: string;
  readonly errors: readonly string[];
  /** What is wrong with the text of the policy. */
  readonly textError: string | undefined;
  /** Why the question cannot be asked. */
  readonly blocked: string | undefined;
  readonly pending: boolean;
}

/** The end of a form that asks the server about a policy. */
export function QuestionFoot(props: QuestionFootProps) {
  const { icon: Icon, label, errors, textError, blocked, pending } = props;
  const id = useId();
  return (
    <>
      <ErrorNotice messages={[...errors, ...(textError ? [`Your text: ${textError}`] : [])]} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <BlockedReason id={id} reason={blocked} />
        <Button type="submit" blockedBy={blocked && id} pending={pending}>
          <Icon size={15} aria-hidden />
          {label}
        </Button>
      </div>
    </>
  );
}

interface AnswerFrameProps {
  /** Set once what was asked about has changed. */
  readonly outdated: string | undefined;
  readonly icon: LucideIcon;
  readonly look: string;
  readonly iconLook: string;
  /** What follows, in a word or a sentence. */
  readonly verdict: ReactNode;
  /** Of policies, or of keys. */
  readonly list: ReactNode;
  /** What else is to be said. */
  readonly children: ReactNode;
}

/** What the server answered to it. */
export function AnswerFrame(props: AnswerFrameProps) {
  const { outdated, icon: Icon, look, iconLook, verdict, list, children } = props;
  return (
    <div className="border-line border-t">
      <div className="flex flex-col gap-3 px-5 py-4">
        {outdated ? <Notice tone="info">{outdated}</Notice> : null}
        <div className={joinClasses('flex gap-3 rounded-lg px-4 py-3', look)}>
          <Icon size={17} aria-hidden className={joinClasses('mt-0.5 shrink-0', iconLook)} />
          <div className="min-w-0 [overflow-wrap:anywhere]">{verdict}</div>
        </div>
        {children}
      </div>
      {list}
    </div>
  );
}
