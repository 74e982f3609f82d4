import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { CheckRow } from '../../../components/forms/choices.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { useExactlyOnce } from '../../../components/forms/use-exactly-once.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useIdentity } from '../../sessions/index.ts';
import { blockedWords, dayOf, endOf, ReviewerField } from './campaign-fields.tsx';
import { startCampaignMutation } from './queries.ts';

const DAY_MS = 86_400_000;
const DAYS_FIRST = 14;

interface StartCampaignDialogProps {
  readonly onClose: () => void;
  readonly onStarted: (id: string) => void;
}

export function StartCampaignDialog({ onClose, onStarted }: StartCampaignDialogProps) {
  const { member } = useIdentity();
  const [first] = useState(() => ({
    ...{ name: '', day: dayOf(serverNow() + DAYS_FIRST * DAY_MS), disables: true },
    reviewerId: member.id,
  }));
  const [draft, setDraft] = useState(first);
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const { mutateAsync } = useMutation(startCampaignMutation);
  const start = useExactlyOnce(
    ({ name, day, disables, reviewerId }: typeof draft) => ({
      ...{ name: name.trim(), endsAt: endOf(day), disablesUnconfirmed: disables, reviewerId },
    }),
    (body, idempotencyKey) => mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit(['name', 'endsAt', 'disablesUnconfirmed', 'reviewerId'], async () =>
    onStarted((await start(draft)).id),
  );
  const { fields } = form.errors;
  return (
    <FormDialog
      title="Start a review campaign"
      description="Every key that is not revoked or expired now is part of it."
      submitLabel="Start campaign"
      blocked={blockedWords(draft)}
      filled={draft !== first}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="Q4 access review"
        error={fields.name}
        value={draft.name}
        onValue={(name) => change({ name })}
      />
      <LineField
        label="Last day"
        type="date"
        error={fields.endsAt}
        value={draft.day}
        onValue={(day) => change({ day })}
      />
      <CheckRow
        label="Disable what nobody confirmed"
        hint="At the end of the last day. Only someone who manages all keys can enable such a key again."
        checked={draft.disables}
        error={fields.disablesUnconfirmed}
        onCheck={(disables) => change({ disables })}
      />
      <ReviewerField
        value={draft.reviewerId}
        error={fields.reviewerId}
        onValue={(reviewerId) => change({ reviewerId })}
      />
    </FormDialog>
  );
}
