import { dateOf, type Texts } from './texts.ts';

/** Of review campaigns. A summary of those that wait for decisions names none: its readers may decide in others. */
export const CAMPAIGN_TEXTS: readonly (readonly [string, Texts])[] = [
  [
    'review_campaign.start',
    {
      one: ({ name, facts: { endsAt } }) =>
        `The review campaign ${name} has begun. Its reviewers confirm or revoke keys until ${dateOf(endsAt)}.`,
      many: (count) => `${count} review campaigns have begun, in which keys wait for a decision.`,
    },
  ],
  [
    'review_campaign.remind',
    {
      one: ({ name, facts: { endsAt, disables } }) =>
        `The review campaign ${name} ends on ${dateOf(endsAt)}, and keys still wait for a decision.${disables ? ' What nobody confirms is disabled.' : ''}`,
      many: (count) =>
        `${count} reminders say that review campaigns end soon, and keys still wait for a decision.`,
    },
  ],
  [
    'review_campaign.complete',
    {
      one: ({ name, facts: { disabledCount } }) =>
        `The review campaign ${name} has ended.${disabledCount ? ` It disabled ${disabledCount === 1 ? '1 key' : `${disabledCount} keys`} that nobody confirmed.` : ''}`,
      many: (count, example) => `${count} review campaigns have ended, such as ${example}.`,
    },
  ],
  [
    'review_campaign.cancel',
    {
      one: ({ name, facts: { by } }) => `${by ?? 'A job'} cancelled the review campaign ${name}.`,
      many: (count, example) => `${count} review campaigns were cancelled, such as ${example}.`,
    },
  ],
];
