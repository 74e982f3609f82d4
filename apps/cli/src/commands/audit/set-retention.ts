import { YES } from '../../command/option.ts';
import { argument, verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { hint } from '../../output.ts';
import { agree, requireYesOrTerminal } from '../../prompt.ts';
import { connect } from '../../session/connect.ts';
import { counted } from '../../text/format.ts';

const UNLIMITED = 'unlimited';

export const setRetention = verb({
  name: 'retention',
  summary: 'Set after how many days audit events are deleted',
  notes: 'A job deletes older events once a day. What is left of the log stays provable.',
  examples: ['audit retention 365 --yes', 'audit retention unlimited'],
  options: { yes: YES },
  args: [argument('days', 'At least 30, or "unlimited"')],
  run: async ({ ctx, args: [text], options: { yes } }) => {
    const retentionDays = readRetention(text);
    if (retentionDays !== null) requireYesOrTerminal(ctx, yes);
    const { client } = await connect(ctx);
    if (retentionDays !== null && !yes) {
      const days = counted(retentionDays, 'day');
      await agree(ctx, `Audit events older than ${days} are deleted for good. Continue?`);
    }
    return client.updateAuditLog({ body: { retentionDays } });
  },
  print: (ctx, { retentionDays, firstSequence }) => {
    hint(
      ctx,
      retentionDays === null
        ? 'Saved. Audit events are kept for ever.'
        : `Saved. Audit events are deleted after ${counted(retentionDays, 'day')}, by a job that runs once a day.`,
    );
    if (firstSequence > 1) hint(ctx, `The oldest event that is kept is number ${firstSequence}.`);
  },
});

function readRetention(text: string): number | null {
  if (text === UNLIMITED) return null;
  const days = /^(\d{1,4})d?$/.exec(text)?.[1];
  if (days !== undefined) return Number(days);
  throw new Failure(
    EXIT.usage,
    `"${text}" is no number of days. Give one such as 365, or "unlimited".`,
  );
}
