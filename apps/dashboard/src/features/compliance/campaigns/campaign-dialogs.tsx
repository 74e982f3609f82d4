import { useMutation } from '@tanstack/react-query';
import type { ReviewCampaign } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../../components/field-changes.tsx';
import { ConfirmDialog, FormDialog } from '../../../components/forms/form-dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { api } from '../../../lib/api.ts';
import { counted, exactTime } from '../../../lib/format.ts';
import { useEdit } from '../../../lib/use-edit.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { blockedWords, dayOf, endOf, ReviewerField } from './campaign-fields.tsx';
import { deleteCampaignMutation, endCampaignMutation, updateCampaignMutation } from './queries.ts';

export type CampaignAction = 'edit' | 'end' | 'cancel' | 'delete';

interface CampaignDialogsProps {
  readonly campaign: ReviewCampaign;
  readonly onClose: () => void;
  readonly onGone: () => void;
  readonly action: CampaignAction | undefined;
}

/** The dialog of the action under way, if any. */
export function CampaignDialogs({ action, onGone, ...props }: CampaignDialogsProps) {
  switch (action) {
    case undefined:
      return null;
    case 'edit':
      return <EditCampaignDialog {...props} />;
    case 'end':
    case 'cancel':
      return <EndDialog {...props} verb={action} />;
    case 'delete':
      return <DeleteDialog {...props} onGone={onGone} />;
  }
}

type DialogProps = Omit<CampaignDialogsProps, 'action' | 'onGone'>;

function EditCampaignDialog({ campaign, onClose }: DialogProps) {
  const { id } = campaign;
  const update = useMutation(updateCampaignMutation);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(
    campaign,
    ({ name, endsAt, reviewer }) => ({
      ...{ name, day: dayOf(Date.parse(endsAt)), reviewerId: reviewer.memberId },
    }),
    () => api.getReviewCampaign({ params: { id } }),
  );
  const form = useSubmit(['name', 'endsAt', 'reviewerId'], async () => {
    const isMoved = draft.day !== dayOf(Date.parse(base.endsAt));
    const saved = await save((etag) =>
      update.mutateAsync({
        params: { id },
        body: {
          ...{ name: draft.name.trim(), reviewerId: draft.reviewerId, etag },
          ...(isMoved ? { endsAt: endOf(draft.day) } : {}),
        },
      }),
    );
    if (!saved) return;
    toast.success(`Saved ${saved.name}`);
    onClose();
  });
  const { fields } = form.errors;
  const change = (part: Partial<typeof draft>) => setDraft((mine) => ({ ...mine, ...part }));
  return (
    <FormDialog
      title={`Edit ${base.name}`}
      submitLabel="Save campaign"
      blocked={blockedWords(draft)}
      filled={isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This campaign was changed since you opened it"
        submitLabel="Save campaign"
        replaced={replaced}
        base={base}
        fieldsOf={({ name, endsAt, reviewer }) => ({
          ...{ Name: name, End: exactTime(endsAt), Reviewer: reviewer.name },
        })}
      />
      <LineField
        label="Name"
        lengthMax={64}
        error={fields.name}
        value={draft.name}
        onValue={(name) => change({ name })}
      />
      <LineField
        label="Last day"
        hint="Only a later day. To end it sooner, end it."
        type="date"
        error={fields.endsAt}
        value={draft.day}
        onValue={(day) => change({ day })}
      />
      <ReviewerField
        value={draft.reviewerId}
        error={fields.reviewerId}
        onValue={(reviewerId) => change({ reviewerId })}
      />
    </FormDialog>
  );
}

function EndDialog({ campaign, verb, onClose }: DialogProps & { readonly verb: 'end' | 'cancel' }) {
  const { id, name, counts, disablesUnconfirmed } = campaign;
  const end = useMutation(endCampaignMutation);
  const isEnding = verb === 'end';
  const effect = disablesUnconfirmed
    ? `${counted(counts.pending, 'key')} that nobody has decided about will be disabled.`
    : 'No key is disabled.';
  return (
    <ConfirmDialog
      danger={isEnding && disablesUnconfirmed}
      title={`${isEnding ? 'End' : 'Cancel'} ${name}?`}
      description={
        isEnding
          ? `Nobody can confirm keys in it any more. ${effect}`
          : 'Nobody can confirm keys in it any more, and no key is disabled.'
      }
      confirmLabel={isEnding ? 'End campaign' : 'Cancel campaign'}
      onConfirm={() => end.mutateAsync({ id, verb })}
      done={isEnding ? `${name} is ending` : `Cancelled ${name}`}
      onClose={onClose}
    />
  );
}

interface DeleteDialogProps extends DialogProps {
  readonly onGone: () => void;
}

function DeleteDialog({ campaign: { id, name }, onClose, onGone }: DeleteDialogProps) {
  const remove = useMutation(deleteCampaignMutation);
  return (
    <ConfirmDialog
      danger
      title={`Delete ${name}?`}
      description="The audit log keeps what was decided. You cannot undo this."
      confirmLabel="Delete campaign"
      onConfirm={async () => {
        await remove.mutateAsync(id);
        onGone();
      }}
      done={`Deleted ${name}`}
      onClose={onClose}
    />
  );
}
