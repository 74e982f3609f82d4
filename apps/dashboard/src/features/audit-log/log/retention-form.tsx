import { useMutation } from '@tanstack/react-query';
import { DAYS_MAX, RETENTION_DAYS_MIN } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../../components/button.tsx';
import { parseDays } from '../../../components/forms/days-field.tsx';
import { useUnsaved } from '../../../components/forms/dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { ErrorNotice } from '../../../components/notice.tsx';
import { useSubmit } from '../../../lib/use-submit.ts';
import { type AuditLog, updateAuditLogMutation } from './queries.ts';

/** How long events are kept. */
export function RetentionForm({ log: { retentionDays } }: { readonly log: AuditLog }) {
  const update = useMutation(updateAuditLogMutation);
  const saved = retentionDays === null ? '' : String(retentionDays);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? saved;
  const days = parseDays(text);
  const fits = days === null || (days !== undefined && days >= RETENTION_DAYS_MIN);
  const isChanged = text.trim() !== saved;
  useUnsaved(isChanged);
  const { pending, errors, submit } = useSubmit(['retentionDays'], async () => {
    await update.mutateAsync(days ?? null);
    setTyped(undefined);
    toast.success(days ? `Events are kept for ${days} days` : 'Events are kept for ever');
  });
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-3">
      <ErrorNotice messages={errors.form} />
      <LineField
        label="Keep events, in days"
        hint="A daily job deletes older ones; what is left stays provable. Leave empty to keep all."
        inputMode="numeric"
        className="max-w-32"
        error={
          fits
            ? errors.fields.retentionDays
            : `Use a whole number of days, from ${RETENTION_DAYS_MIN} to ${DAYS_MAX}.`
        }
        value={text}
        onValue={setTyped}
      />
      {isChanged ? (
        <Button
          type="submit"
          className="self-start"
          blocked={fits ? undefined : 'Correct the number of days first.'}
          pending={pending}
        >
          Save retention
        </Button>
      ) : null}
    </form>
  );
}
