import { useMutation } from '@tanstack/react-query';
import { JOIN_KEY_USES_MAX, type JoinKeyWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { ChoiceChips } from '../../../components/forms/choices.tsx';
import { FieldGroup } from '../../../components/forms/field.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { useExactlyOnce } from '../../../components/forms/use-exactly-once.ts';
import { useReturnFocus } from '../../../lib/hooks.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { useChosenWorkspace, useWorkspaces, WorkspaceField } from '../../workspaces/index.ts';
import { LabelsField, tooManyLabels } from '../labels.tsx';
import { createJoinKeyMutation } from '../queries.ts';
import {
  FIRST_DRAFT,
  type JoinKeyDraft,
  joinKeyBody,
  LIFETIMES,
  parseUses,
  USES_RULE,
} from './join-key.ts';
import { JoinKeySecretDialog } from './join-key-secret-dialog.tsx';

/** A new join key: the form; then the command to run, once, and the gateways as they join. */
export function NewJoinKeyFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [created, setCreated] = useState<JoinKeyWithSecret>();
  if (created) {
    return <JoinKeySecretDialog joinKey={created} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return <NewJoinKeyDialog onClose={onClose} onCreated={setCreated} />;
}

interface NewJoinKeyDialogProps {
  readonly onClose: () => void;
  readonly onCreated: (joinKey: JoinKeyWithSecret) => void;
}

const FIELDS = ['name', 'workspaceId', 'lifetimeSeconds', 'usesMax', 'labels'] as const;

function NewJoinKeyDialog({ onClose, onCreated }: NewJoinKeyDialogProps) {
  const [first] = useState({ ...FIRST_DRAFT, workspaceId: useChosenWorkspace() ?? '' });
  const [draft, setDraft] = useState<JoinKeyDraft>(first);
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const { mutateAsync } = useMutation(createJoinKeyMutation);
  const create = useExactlyOnce(joinKeyBody, (body, idempotencyKey) =>
    mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit(FIELDS, async () => onCreated(await create(draft)));
  const { data: workspaces = [] } = useWorkspaces();
  const uses = parseUses(draft.uses);
  const { fields } = form.errors;
  return (
    <FormDialog
      title="New join key"
      description="Gateways use it to join the fleet of a workspace. It works for nothing else."
      submitLabel="Create join key"
      blocked={blockedWords(draft, workspaces.length)}
      filled={draft !== first}
      form={form}
      onClose={onClose}
    >
      <LineField
        label="Name"
        hint="Optional. Helps you to recognize it in the list."
        lengthMax={64}
        placeholder="eu-west edge"
        error={fields.name}
        value={draft.name}
        onValue={(name) => change({ name })}
      />
      {workspaces.length > 1 ? (
        <WorkspaceField
          workspaces={workspaces}
          required
          hint="The gateways accept keys of this workspace, and keys that are not confined to one."
          workspaceId={draft.workspaceId}
          error={fields.workspaceId}
          onWorkspace={(workspaceId) => change({ workspaceId })}
        />
      ) : null}
      <FieldGroup label="Works for" error={fields.lifetimeSeconds}>
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
        error={fields.usesMax ?? (uses ? undefined : USES_RULE)}
        value={draft.uses}
        onValue={(typed) => change({ uses: typed })}
      />
      <LabelsField
        hint="Optional. Every gateway that joins with this key gets these labels."
        labels={draft.labels}
        error={fields.labels}
        onLabels={(labels) => change({ labels })}
      />
    </FormDialog>
  );
}

function blockedWords(draft: JoinKeyDraft, workspacesCount: number): string | undefined {
  if (workspacesCount > 1 && draft.workspaceId === '') return 'Choose a workspace.';
  if (parseUses(draft.uses) === undefined) return 'Correct the number of uses.';
  return tooManyLabels(draft.labels);
}
