import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { SecuritySettings } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Panel } from '../../components/panel.tsx';
import { blockedWords, SettingsForm } from '../../components/settings-form.tsx';
import { api } from '../../lib/api.ts';
import { useDebounced } from '../../lib/use-debounced.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { PreviewPanel } from './preview-panel.tsx';
import { changeOf, draftOf, type SecurityDraft } from './security-draft.ts';
import { SecurityFields } from './security-fields.tsx';
import { type SecurityChange, securityPreviewQuery, securityQuery } from './security-queries.ts';

const REST_MS = 400;
const FIELDS = [
  'keyLifetimeDaysMax',
  'keyUnusedDaysMax',
  'allowedIps',
  'twoFactorRequired',
  'sessionHoursMax',
] as const;

/** The settings, and beside them what saving would do to keys and members. */
export function SecurityForm({ saved }: { readonly saved: SecuritySettings }) {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<SecurityDraft>(() => draftOf(saved));
  const change = changeOf(draft, saved);
  const changed = change === undefined || Object.keys(change).length > 0;
  const preview = usePreview(change);
  const { pending, errors, submit } = useSubmit(FIELDS, async () => {
    if (!change) return;
    const settings = await api.updateSecurity({ body: change });
    queryClient.setQueryData(securityQuery.queryKey, settings);
    setDraft(draftOf(settings));
    toast.success('Saved the security settings');
    await queryClient.invalidateQueries();
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
          onReset={changed ? () => setDraft(draftOf(saved)) : undefined}
        >
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
