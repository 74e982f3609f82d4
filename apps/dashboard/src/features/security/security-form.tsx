import { useMutation, useQuery } from '@tanstack/react-query';
import type { StoredSecuritySettings } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { CheckRow } from '../../components/forms/choices.tsx';
import { DaysField } from '../../components/forms/days-field.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { blockedWords, SettingsForm } from '../../components/forms/settings-form.tsx';
import { AllowedIpsField } from '../../components/forms/token-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format.ts';
import { useDebounced } from '../../lib/hooks.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { PreviewPanel } from './preview-panel.tsx';
import { type SecurityChange, securityPreviewQuery, updateSecurityMutation } from './queries.ts';
import { changeOf, draftOf, parseHours, type SecurityDraft } from './security-draft.ts';

const REST_MS = 400;
const FIELDS = [
  'keyLifetimeDaysMax',
  'keyUnusedDaysMax',
  'allowedIps',
  'twoFactorRequired',
  'sessionHoursMax',
] as const;

/** The settings, and beside them what saving would do to keys and members. */
export function SecurityForm({ saved }: { readonly saved: StoredSecuritySettings }) {
  const update = useMutation(updateSecurityMutation);
  const editing = useEdit<StoredSecuritySettings, SecurityDraft>(saved, draftOf, () =>
    api.getSecurity({}),
  );
  const { base, draft, setDraft, open } = editing;
  const change = changeOf(draft, base);
  const changed = change === undefined || Object.keys(change).length > 0;
  // Somebody else saved them, and nothing was entered here yet.
  if (!changed && saved.etag !== base.etag) open(saved);
  const preview = usePreview(change);
  const { pending, errors, submit } = useSubmit(FIELDS, async () => {
    if (!change) return;
    const settings = await editing.save((etag) => update.mutateAsync({ ...change, etag }));
    if (!settings) return;
    open(settings);
    toast.success('Saved the security settings');
  });
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <Panel title="Rules">
        <SettingsForm
          submitLabel="Save rules"
          blocked={
            blockedWords(changed, change !== undefined) ??
            (preview.data?.excludesYou ? 'Add a range that holds your own address.' : undefined)
          }
          pending={pending}
          errors={errors.form}
          onSubmit={submit}
          onReset={changed ? () => open(base) : undefined}
        >
          <EditConflict
            title="These rules were changed since you opened them"
            submitLabel="Save rules"
            replaced={editing.replaced}
            base={base}
            fieldsOf={fieldsOf}
          />
          <SecurityFields
            draft={draft}
            errors={errors.fields}
            onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
          />
        </SettingsForm>
      </Panel>
      <PreviewPanel
        changed={changed}
        readable={change !== undefined}
        limitsAddresses={(change?.allowedIps ?? []).length > 0}
        preview={preview}
      />
    </div>
  );
}

function fieldsOf(settings: StoredSecuritySettings) {
  const { keyLifetimeDaysMax, keyUnusedDaysMax } = settings;
  const daysOr = (days: number | null, none: string) =>
    days === null ? none : counted(days, 'day');
  return {
    'Longest lifetime of a key': daysOr(keyLifetimeDaysMax, 'no limit'),
    'Disable keys unused for': daysOr(keyUnusedDaysMax, 'never'),
    'Allowed IP ranges': settings.allowedIps,
    'Second factor': settings.twoFactorRequired ? 'required' : 'optional',
    'Sessions end after': counted(settings.sessionHoursMax, 'hour'),
  };
}

/** Asked once the person rests, so that not every digit is a request. */
function usePreview(change: SecurityChange | undefined) {
  const text = change ? JSON.stringify(change) : '{}';
  const settled = useDebounced(text, REST_MS);
  const asked: SecurityChange = settled === text && change ? change : JSON.parse(settled);
  const query = useQuery({
    ...securityPreviewQuery(asked),
    enabled: change !== undefined && settled !== '{}',
  });
  const current = settled === text && !query.isPlaceholderData;
  return { ...query, data: text === '{}' ? undefined : query.data, current };
}

interface SecurityFieldsProps {
  readonly draft: SecurityDraft;
  readonly errors: { readonly [K in keyof SecurityDraft]?: string };
  readonly onChange: (part: Partial<SecurityDraft>) => void;
}

function SecurityFields({ draft, errors, onChange }: SecurityFieldsProps) {
  return (
    <>
      <DaysField
        label="Longest lifetime of a key, in days"
        hint="Counted from its creation. Leave empty for no limit."
        error={errors.keyLifetimeDaysMax}
        value={draft.keyLifetimeDaysMax}
        onValue={(keyLifetimeDaysMax) => onChange({ keyLifetimeDaysMax })}
      />
      <DaysField
        label="Disable keys unused for, in days"
        hint="A daily job disables them. Where mail is configured, it warns their owners first. Leave empty to keep unused keys."
        error={errors.keyUnusedDaysMax}
        value={draft.keyUnusedDaysMax}
        onValue={(keyUnusedDaysMax) => onChange({ keyUnusedDaysMax })}
      />
      <AllowedIpsField
        ranges={draft.allowedIps}
        hint="Keys and sessions are accepted, and gateways may join, only from these addresses. Gateways that have already joined stay connected. Leave empty for any address."
        error={errors.allowedIps}
        onRanges={(allowedIps) => onChange({ allowedIps })}
      />
      <CheckRow
        label="Require a second factor"
        hint="Members without an authenticator app or a passkey can only set one up."
        checked={draft.twoFactorRequired}
        error={errors.twoFactorRequired}
        onCheck={(twoFactorRequired) => onChange({ twoFactorRequired })}
      />
      <LineField
        label="Sessions end after, in hours"
        hint="Counted from sign-in, 1 to 720."
        inputMode="numeric"
        className="max-w-32"
        error={hourError(draft.sessionHoursMax) ?? errors.sessionHoursMax}
        value={draft.sessionHoursMax}
        onValue={(sessionHoursMax) => onChange({ sessionHoursMax })}
      />
    </>
  );
}

function hourError(text: string): string | undefined {
  return parseHours(text) === undefined ? 'Use a whole number of hours, 1 to 720.' : undefined;
}
