import { useMutation, useQuery } from '@tanstack/react-query';
import { LEAK_RESPONSES, type LeakResponse, type LeakSettings } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Select } from '../../components/forms/controls.tsx';
import { Field } from '../../components/forms/field.tsx';
import { blockedWords, SettingsForm } from '../../components/forms/settings-form.tsx';
import { Panel } from '../../components/panel.tsx';
import { useSubmit } from '../../lib/use-submit.ts';
import { useCan } from '../sessions/index.ts';
import { RESPONSE_WORDS } from './leak-words.ts';
import { leakSettingsQuery, updateLeakSettingsMutation } from './queries.ts';

const OPTIONS = LEAK_RESPONSES.map((value) => ({ value, label: RESPONSE_WORDS[value] }));

/** What the organization does with keys that leaked. */
export function LeakSettingsPanel() {
  const { data } = useQuery(leakSettingsQuery);
  return data ? <SettingsPanel key={`${data.live} ${data.test}`} settings={data} /> : null;
}

function SettingsPanel({ settings }: { readonly settings: LeakSettings }) {
  const mayManage = useCan('integrations.manage');
  const update = useMutation(updateLeakSettingsMutation);
  const [draft, setDraft] = useState(settings);
  const isChanged = draft.live !== settings.live || draft.test !== settings.test;
  const form = useSubmit(['live', 'test'], async () => {
    await update.mutateAsync({ body: draft });
    toast.success('Saved the response to leaks');
  });
  return (
    <Panel title="Response to leaks">
      <SettingsForm
        blocked={mayManage ? blockedWords(isChanged, true) : 'Your role lacks integrations.manage.'}
        pending={form.pending}
        errors={form.errors.form}
        onSubmit={form.submit}
        onReset={isChanged ? () => setDraft(settings) : undefined}
      >
        <ResponseField
          label="A live key that leaked"
          hint="A disabled key stops at once, and can be enabled again. A revoked one is gone for good."
          value={draft.live}
          onValue={(live) => setDraft({ ...draft, live })}
        />
        <ResponseField
          label="A test key that leaked"
          hint="Test keys work in test workspaces only."
          value={draft.test}
          onValue={(test) => setDraft({ ...draft, test })}
        />
      </SettingsForm>
    </Panel>
  );
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
