import { useMutation, useQuery } from '@tanstack/react-query';
import { toast } from 'sonner';
import { CheckRow } from '../../components/forms/choices.tsx';
import { ErrorNotice, LoadError, Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { KindRows } from './kind-rows.tsx';
import { preferencesQuery, updatePreferencesMutation } from './queries.ts';

/** What the person is notified of, and where; saved at once. */
export function PreferencesPanel() {
  const { data, error, refetch } = useQuery(preferencesQuery);
  const update = useMutation({
    ...updatePreferencesMutation,
    onError: (reason) => toast.error(explainError(reason)),
  });
  return (
    <Panel title="Your preferences">
      {error && !data ? (
        <div className="p-5">
          <LoadError what="your preferences" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data ? (
        <>
          <div className="grid gap-3 px-5 pt-2 pb-4">
            <p className="text-[0.8125rem] text-soft">
              Security notifications are mailed at once, the others in one mail a day, at{' '}
              {data.digestHour}:00 UTC.
            </p>
            {data.isMailConfigured ? null : (
              <Notice tone="info" title="This server sends no mail">
                Choices that include email take effect once its operator configures a mail server.
              </Notice>
            )}
            <CheckRow
              label="Send me no mails"
              hint="Whatever is chosen below. The link at the end of each mail does the same."
              checked={data.isMailStopped}
              onCheck={(isMailStopped) => update.mutate({ isMailStopped })}
            />
            <ErrorNotice messages={update.error ? [explainError(update.error)] : []} />
          </div>
          <KindRows
            kinds={data.kinds}
            remark={({ isDefault }) => (isDefault ? 'Default of the organization.' : undefined)}
            onChoose={(kind, channel) => update.mutate({ channels: { [kind]: channel } })}
          />
        </>
      ) : null}
    </Panel>
  );
}
