import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { POLICY_TEXT_MAX, type Policy } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { LineField } from '../../../components/forms/line-field.tsx';
import { SettingsForm } from '../../../components/forms/settings-form.tsx';
import { Panel } from '../../../components/panel.tsx';
import { useEdit } from '../../../lib/use-edit.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { CedarField, textBlock } from '../editor/cedar-field.tsx';
import { hasErrors, useValidation } from '../editor/use-validation.ts';
import { LastPermitNotice } from '../last-permit.tsx';
import { ModeField } from '../mode-field.tsx';
import { effectsOf, isInForce } from '../policy-effects.ts';
import { readPolicyAgain, schemaQuery, updatePolicyMutation } from '../queries.ts';
import { PolicyConflict } from './policy-conflict.tsx';

type PolicyDraft = Pick<Policy, 'name' | 'description' | 'mode' | 'text'>;

const FIELDS = ['name', 'description', 'mode', 'text'] as const;
const SAVE = 'Save policy';

/** What has been entered of the policy, which follows what is saved until something is. */
export function usePolicyEdit(policy: Policy) {
  const client = useQueryClient();
  const editing = useEdit<Policy, PolicyDraft>(policy, draftOf, () =>
    readPolicyAgain(client, policy.id),
  );
  const { base, draft, open } = editing;
  const isChanged = FIELDS.some((field) => draft[field] !== base[field]);
  // It was saved here or elsewhere, and nothing was entered since.
  if (!isChanged && policy.etag !== base.etag) open(policy);
  return { ...editing, isChanged };
}

interface PolicyFormProps {
  readonly policy: Policy;
  readonly editing: ReturnType<typeof usePolicyEdit>;
}

/** The policy as it can be edited; a new text becomes a new version. */
export function PolicyForm({ policy, editing }: PolicyFormProps) {
  const update = useMutation(updatePolicyMutation);
  const { data: schema } = useQuery(schemaQuery);
  const { base, draft, isChanged, open } = editing;
  const set = (part: Partial<PolicyDraft>) => editing.setDraft((mine) => ({ ...mine, ...part }));
  const checked = useValidation(draft.text, policy.workspaceId);
  const form = useSubmit(FIELDS, async () => {
    const saved = await editing.save((etag) =>
      update.mutateAsync({
        params: { id: policy.id },
        body: { ...draft, name: draft.name.trim(), description: draft.description.trim(), etag },
      }),
    );
    if (!saved) return;
    open(saved);
    const isNew = saved.version !== base.version;
    toast.success(isNew ? `Saved as version ${saved.version}` : `Saved ${saved.name}`);
  });
  const { fields } = form.errors;
  return (
    <Panel title="Policy">
      <SettingsForm
        submitLabel={SAVE}
        blocked={blockedBy(draft, isChanged, checked)}
        pending={form.pending}
        errors={form.errors.form}
        onSubmit={form.submit}
        onReset={isChanged ? () => open(base) : undefined}
      >
        <PolicyConflict
          submitLabel={SAVE}
          replaced={editing.replaced}
          base={base}
          text={draft.text}
          onText={(text) => set({ text })}
        />
        <LineField
          label="Name"
          lengthMax={64}
          error={fields.name}
          value={draft.name}
          onValue={(name) => set({ name })}
        />
        <LineField
          label="Description"
          hint="Optional. What the policy is for."
          lengthMax={200}
          error={fields.description}
          value={draft.description}
          onValue={(description) => set({ description })}
        />
        <CedarField
          text={draft.text}
          checked={checked}
          schema={schema?.schema}
          error={fields.text}
          onText={(text) => set({ text })}
        />
        <ModeField mode={draft.mode} error={fields.mode} onMode={(mode) => set({ mode })} />
        {losesPermits(base, draft) ? <LastPermitNotice policy={policy} /> : null}
      </SettingsForm>
    </Panel>
  );
}

function draftOf({ name, description, mode, text }: Policy): PolicyDraft {
  return { name, description, mode, text };
}

function blockedBy(
  { name, text }: PolicyDraft,
  isChanged: boolean,
  checked: ReturnType<typeof useValidation>,
): string | undefined {
  if (!isChanged) return 'Nothing has changed.';
  if (name.trim() === '') return 'Enter a name.';
  const block = textBlock(text, POLICY_TEXT_MAX);
  if (block !== undefined) return block;
  return checked.isCurrent && hasErrors(checked) ? 'Correct the errors first.' : undefined;
}

/** Whether saving takes away what the policy permits. */
function losesPermits(base: Policy, draft: PolicyDraft): boolean {
  if (!isInForce(base) || !effectsOf(base.text).permits) return false;
  return draft.mode === 'shadow' || !effectsOf(draft.text).permits;
}
