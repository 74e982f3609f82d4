import { useQuery } from '@tanstack/react-query';
import { JOIN_KEY_USES_MAX, type JoinKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { ChoiceChips } from '../../../components/choice-chips.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field } from '../../../components/field.tsx';
import { FieldGroup } from '../../../components/field-group.tsx';
import { LineField } from '../../../components/line-field.tsx';
import { Select } from '../../../components/select.tsx';
import { api } from '../../../lib/api.ts';
import { useExactlyOnce } from '../../../lib/use-exactly-once.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useCan } from '../../sessions/index.ts';
import { useChosenWorkspace, workspacesQuery } from '../../workspaces/index.ts';
import { LabelsField, tooManyLabels } from '../labels-field.tsx';
import {
  FIRST_DRAFT,
  type JoinKeyDraft,
  joinKeyBody,
  parseUses,
  USES_RULE,
} from './join-key-draft.ts';
import { LIFETIMES } from './lifetimes.ts';

interface NewJoinKeyDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (joinKey: JoinKeyWithSecret) => void;
}

const FIELDS = ['name', 'workspaceId', 'lifetimeSeconds', 'usesMax', 'labels'] as const;

export function NewJoinKeyDialog({ onClose, onCreated }: NewJoinKeyDialogProps) {
  const [draft, setDraft] = useState({ ...FIRST_DRAFT, workspaceId: useChosenWorkspace() ?? '' });
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const create = useExactlyOnce(joinKeyBody, (body, idempotencyKey) =>
    api.createJoinKey({ body }, { idempotencyKey }),
  );
  const { pending, errors, submit } = useSubmit(FIELDS, async () => onCreated(await create(draft)));
  const workspaces = useWorkspaces();
  const uses = parseUses(draft.uses);
  return (
    <Dialog
      title="New join key"
      description="Gateways join the fleet of a workspace with it. It works nowhere else."
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Create join key"
        blocked={blockedWords(draft, workspaces.length)}
        filled={draft.name.trim() !== '' || Object.keys(draft.labels).length > 0}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <LineField
          label="Name"
          hint="Optional. To recognize it in the list."
          lengthMax={64}
          placeholder="eu-west edge"
          error={errors.fields.name}
          value={draft.name}
          onValue={(name) => change({ name })}
        />
        {workspaces.length > 1 ? (
          <Field
            label="Workspace"
            hint="The gateways accept keys of this workspace, and keys that are not confined to one."
            error={errors.fields.workspaceId}
          >
            {(control) => (
              <Select
                {...control}
                value={draft.workspaceId}
                options={[
                  ...(draft.workspaceId ? [] : [{ value: '', label: 'Choose a workspace' }]),
                  ...workspaces.map(({ id, name, environment }) => ({
                    value: id,
                    label: `${name} (${environment})`,
                  })),
                ]}
                onChange={(event) => change({ workspaceId: event.target.value })}
              />
            )}
          </Field>
        ) : null}
        <FieldGroup label="Works for" error={errors.fields.lifetimeSeconds}>
          <ChoiceChips
            name="lifetime"
            value={draft.lifetime}
            choices={LIFETIMES}
            onChoose={(lifetime) => change({ lifetime })}
          />
        </FieldGroup>
        <LineField
          label="Uses"
          type="number"
          inputMode="numeric"
          min={1}
          max={JOIN_KEY_USES_MAX}
          hint="How many gateways may join with it."
          error={errors.fields.usesMax ?? (uses ? undefined : USES_RULE)}
          value={draft.uses}
          onValue={(typed) => change({ uses: typed })}
        />
        <LabelsField
          hint="Optional. Every gateway that joins with it gets them."
          labels={draft.labels}
          error={errors.fields.labels}
          onLabels={(labels) => change({ labels })}
        />
      </ActionForm>
    </Dialog>
  );
}

function blockedWords(draft: JoinKeyDraft, workspacesCount: number): string | undefined {
  if (workspacesCount > 1 && draft.workspaceId === '') return 'Choose a workspace.';
  if (parseUses(draft.uses) === undefined) return 'Correct the number of uses.';
  return tooManyLabels(draft.labels);
}

function useWorkspaces() {
  const mayRead = useCan('workspaces.read');
  const { data = [] } = useQuery({ ...workspacesQuery, enabled: mayRead });
  return data;
}
