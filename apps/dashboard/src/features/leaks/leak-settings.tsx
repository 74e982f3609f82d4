import { useMutation, useQuery } from '@tanstack/react-query';
import { LEAK_RESPONSES, type LeakResponse, type LeakSettings } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { blockedWords, SettingsForm } from '../../components/forms/settings-form.tsx';
import { Panel } from '../../components/panel.tsx';
import { api } from '../../lib/api.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useCan } from '../sessions/index.ts';
import { RESPONSE_WORDS } from './leak-words.ts';
import { leakSettingsQuery, updateLeakSettingsMutation } from './queries.ts';

const OPTIONS = LEAK_RESPONSES.map((value) => ({ value, label: RESPONSE_WORDS[value] }));

/** What the organization does with keys that leaked. */
export function LeakSettingsPanel() {
  const { data } = useQuery(leakSettingsQuery);
  return data ? <SettingsPanel settings={data} /> : null;
}

function SettingsPanel({ settings }: { readonly settings: LeakSettings }) {
  const mayManage = useCan('integrations.manage');
  const update = useMutation(updateLeakSettingsMutation);
  const { base, draft, setDraft, isChanged, replaced, open, save } = useEdit(
    settings,
    draftOf,
    () => api.getLeakSettings({}),
  );
  // Somebody else saved them, and nothing was chosen here yet.
  if (!isChanged && settings.etag !== base.etag) open(settings);
  const form = useSubmit(['live', 'test'], async () => {
    const saved = await save((etag) => update.mutateAsync({ body: { ...draft, etag } }));
    if (!saved) return;
    open(saved);
    toast.success('Saved the response to leaks');
  });
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <Panel title="Response to leaks">
      <SettingsForm
        blocked={mayManage ? blockedWords(isChanged, true) : 'Your role lacks integrations.manage.'}
        pending={form.pending}
        errors={form.errors.form}
        onSubmit={form.submit}
        onReset={isChanged ? () => open(base) : undefined}
      >
        <EditConflict
          title="The response was changed since you opened it"
          submitLabel="Save changes"
          replaced={replaced}
          base={base}
          fieldsOf={fieldsOf}
        />
        <ResponseField
          label="A live key that leaked"
          hint="A disabled key stops at once, and can be enabled again. A revoked one is gone for good."
          value={draft.live}
          onValue={(live) => set({ live })}
        />
        <ResponseField
          label="A test key that leaked"
          hint="Test keys work in test workspaces only."
          value={draft.test}
          onValue={(test) => set({ test })}
        />
      </SettingsForm>
    </Panel>
  );
}

function draftOf({ live, test }: LeakSettings) {
  return { live, test };
}

function fieldsOf({ live, test }: LeakSettings) {
  return { 'Live keys': RESPONSE_WORDS[live], 'Test keys': RESPONSE_WORDS[test] };
}

interface ResponseFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: LeakResponse;
  readonly onValue: (value: LeakResponse) => void;
}

function ResponseField({ label, hint, value, onValue }: ResponseFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(field) => (
        <Select
          {...field}
          value={value}
          options={OPTIONS}
          onChange={(event) => {
            const chosen = LEAK_RESPONSES.find((each) => each === event.target.value);
            if (chosen) onValue(chosen);
          }}
        />
      )}
    </Field>
  );
}
