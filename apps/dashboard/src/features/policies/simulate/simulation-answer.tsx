import { Link } from '@tanstack/react-router';
import type { PolicySimulation, SimulatedPolicy } from '@tollkeeper/contract';
import { Ban, CircleCheck } from 'lucide-react';
import { Notice } from '../../../components/notice.tsx';
import { ShowAll, useCapped } from '../../../components/panel.tsx';
import { StatusWord } from '../../../components/status-word.tsx';
import { exactTime } from '../../../lib/format.ts';
import { AnswerFrame } from '../question-form.tsx';
import {
  byWeight,
  EFFECT_WORDS,
  limitWords,
  nameOf,
  reasonWords,
  shadowWords,
} from './simulation-words.ts';

interface SimulationAnswerProps {
  readonly simulation: PolicySimulation;
  /** The call or the text has been changed since. */
  readonly isOutdated: boolean;
}

/** What the call would be answered, and what each policy says about it. */
export function SimulationAnswer({ simulation, isOutdated }: SimulationAnswerProps) {
  const isAllowed = simulation.code === 'valid';
  const outdated = 'The call or the text has changed since. Simulate it again to see what follows.';
  return (
    <AnswerFrame
      outdated={isOutdated ? outdated : undefined}
      icon={isAllowed ? CircleCheck : Ban}
      look={isAllowed ? 'bg-good-tint' : 'bg-bad-tint'}
      iconLook={isAllowed ? 'text-good-ink' : 'text-bad-ink'}
      verdict={
        <>
          <p className="font-medium">{isAllowed ? 'Allowed' : 'Refused'}</p>
          <p>{reasonWords(simulation)}</p>
          <p className="mt-1 text-[0.8125rem] text-soft">
            Answered <code className="font-mono">{simulation.code}</code>, for a call from{' '}
            {simulation.ip} at {exactTime(simulation.time)}
          </p>
        </>
      }
      list={<PolicyList policies={simulation.policies} />}
    >
      {simulation.limits?.length ? <Notice tone="info">{limitWords(simulation)}</Notice> : null}
      {simulation.warnings?.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {simulation.wouldDeny ? <Notice tone="warn">{shadowWords(simulation)}</Notice> : null}
    </AnswerFrame>
  );
}

const SHOWN_MAX = 10;

function PolicyList({ policies }: { readonly policies: readonly SimulatedPolicy[] }) {
  const { shown, hiddenCount, showAll } = useCapped(byWeight(policies), SHOWN_MAX);
  if (policies.length === 0) {
    return <p className="px-5 pb-4 text-soft">No policy applies, so nothing permits a call.</p>;
  }
  return (
    <>
      <ul aria-label="What each policy says" className="divide-y divide-line border-line border-t">
        {shown.map((policy) => (
          <PolicyRow key={policy.id ?? ''} policy={policy} />
        ))}
      </ul>
      <ShowAll shownCount={shown.length} hiddenCount={hiddenCount} onShowAll={showAll} />
    </>
  );
}

const TONES = { permits: 'good', forbids: 'bad', errors: 'warn', does_not_match: 'off' } as const;

function PolicyRow({ policy }: { readonly policy: SimulatedPolicy }) {
  const { id, effect, determines, isDraft, mode } = policy;
  const marks = [
    isDraft ? 'with your text' : '',
    mode === 'shadow' ? 'in shadow mode' : '',
    determines ? 'decides' : '',
  ].filter(Boolean);
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-5 py-2.5">
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {id === null || isDraft ? (
          <span className="font-medium">{nameOf(policy)}</span>
        ) : (
          <Link
            to="/policies/$id"
            params={{ id }}
            className="rounded-sm font-medium underline-offset-4 hover:underline"
          >
            {nameOf(policy)}
          </Link>
        )}
        {marks.length > 0 ? (
          <span className="text-[0.8125rem] text-soft">, {marks.join(', ')}</span>
        ) : null}
      </span>
      <span className="[&>span]:whitespace-normal">
        <StatusWord tone={TONES[effect]}>{EFFECT_WORDS[effect]}</StatusWord>
      </span>
    </li>
  );
}
