import { useMutation, useQuery } from '@tanstack/react-query';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { ErrorNotice, LoadError } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { explainError } from '../../lib/api-errors.ts';
import { useCan } from '../sessions/index.ts';
import { KindRows } from './kind-rows.tsx';
import { defaultsQuery, updateDefaultsMutation } from './queries.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${hour}:00 UTC`,
}));

/** What members are notified of unless they choose otherwise; saved at once. */
export function DefaultsPanel() {
  const mayManage = useCan('notifications.manage');
  const { data, error, refetch } = useQuery(defaultsQuery);
  const update = useMutation(updateDefaultsMutation);
  return (
    <Panel title="Defaults of the organization">
      {error && !data ? (
        <div className="p-5">
          <LoadError what="the defaults" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data ? (
        <>
          <div className="grid gap-3 px-5 pt-2 pb-4">
            <p className="text-[0.8125rem] text-soft">
              They apply to members who have not chosen otherwise.
              {mayManage ? '' : ' To change them takes the scope notifications.manage.'}
            </p>
            <Field label="Time of the daily mail">
              {(control) => (
                <Select
                  {...control}
                  value={String(data.digestHour)}
                  disabled={!mayManage}
                  onChange={({ target }) => update.mutate({ digestHour: Number(target.value) })}
                  options={HOURS}
                />
              )}
            </Field>
            <ErrorNotice messages={update.error ? [explainError(update.error)] : []} />
          </div>
          <KindRows
            kinds={data.kinds}
            isDisabled={!mayManage}
            onChoose={(kind, channel) => update.mutate({ channels: { [kind]: channel } })}
          />
        </>
      ) : null}
    </Panel>
  );
}
