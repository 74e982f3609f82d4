import {
  decidedCount,
  type KeyReviewOutcome,
  OWN_REVIEWS_COUNTED_MAX,
  type ReviewCampaign,
} from '@tollkeeper/contract';
import { StatusWord } from '../../../components/status-word.tsx';
import { counted, formatCount } from '../../../lib/format.ts';

/** How many keys wait for somebody, of whom not all are counted. */
export function waitingWords(count: number): string {
  return count < OWN_REVIEWS_COUNTED_MAX
    ? counted(count, 'key')
    : `${formatCount(count)} keys or more`;
}

export const OUTCOME_WORDS: Readonly<Record<KeyReviewOutcome, string>> = {
  pending: 'Waiting',
  confirmed: 'Confirmed',
  revoked: 'Revoked',
  deleted: 'Deleted',
  disabled: 'Disabled',
  unconfirmed: 'Not confirmed',
};

const STATUS = {
  running: { tone: 'good', words: 'Running' },
  ending: { tone: 'warn', words: 'Ending' },
  ended: { tone: 'off', words: 'Ended' },
  cancelled: { tone: 'off', words: 'Cancelled' },
} as const;

export function CampaignStatus({ status }: Pick<ReviewCampaign, 'status'>) {
  const { tone, words } = STATUS[status];
  return (
    <StatusWord tone={tone} pending={status === 'ending'}>
      {words}
    </StatusWord>
  );
}

/** "12 of 40 decided": confirmed, revoked, or gone. */
export function CampaignProgress({ campaign }: { readonly campaign: ReviewCampaign }) {
  const { keysCount } = campaign;
  const decided = decidedCount(campaign);
  return (
    <span className="flex flex-col gap-1.5">
      <span>
        {formatCount(decided)} of {formatCount(keysCount)} decided
      </span>
      <span className="text-accent">
        <progress aria-hidden className="slim-bar" value={decided} max={keysCount} />
      </span>
    </span>
  );
}
