import { useMutation } from '@tanstack/react-query';
import type { WebhookEndpoint, WebhookEndpointWithSecret } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { ConfirmDialog, FormDialog } from '../../components/forms/form-dialog.tsx';
import { api } from '../../lib/api.ts';
import { useReturnFocus } from '../../lib/hooks.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import {
  deleteWebhookMutation,
  rotateWebhookMutation,
  setWebhookStatusMutation,
  updateWebhookMutation,
} from './queries.ts';
import { blockedWords, bodyOf, WEBHOOK_FIELDS, WebhookFields } from './webhook-form.tsx';
import { WebhookSecretDialog } from './webhook-secret-dialog.tsx';
import { eventTypesWords } from './webhook-words.tsx';

/** What the person has begun to do to an endpoint. */
export type WebhookAction = 'edit' | 'rotate' | 'disable' | 'enable' | 'delete';

interface WebhookDialogProps {
  readonly endpoint: WebhookEndpoint;
  readonly onClose: () => void;
}

interface WebhookDialogsProps extends WebhookDialogProps {
  readonly action: WebhookAction | undefined;
  readonly onGone: () => void;
}

/** The dialog of the action under way, if any. */
export function WebhookDialogs({ action, onGone, ...props }: WebhookDialogsProps) {
  switch (action) {
    case undefined:
      return null;
    case 'edit':
      return <EditWebhookDialog {...props} />;
    case 'rotate':
      return <RotateFlow {...props} />;
    case 'disable':
    case 'enable':
      return <StatusDialog {...props} verb={action} />;
    case 'delete':
      return <DeleteWebhookDialog {...props} onGone={onGone} />;
  }
}

function EditWebhookDialog({ endpoint, onClose }: WebhookDialogProps) {
  const { id } = endpoint;
  const update = useMutation(updateWebhookMutation);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(
    endpoint,
    ({ name, url, eventTypes, isOrdered }) => ({
      ...{ name, url, isOrdered },
      eventTypes: new Set(eventTypes) as ReadonlySet<string>,
    }),
    () => api.getWebhookEndpoint({ params: { id } }),
  );
  const form = useSubmit(WEBHOOK_FIELDS, async () => {
    const body = bodyOf(draft);
    const saved = await save((etag) =>
      update.mutateAsync({ params: { id }, body: { ...body, etag } }),
    );
    if (!saved) return;
    toast.success(`Saved ${saved.name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Edit ${base.name}`}
      submitLabel="Save endpoint"
      width="wide"
      blocked={blockedWords(draft)}
      filled={isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This endpoint was changed since you opened it"
        submitLabel="Save endpoint"
        replaced={replaced}
        base={base}
        fieldsOf={({ name, url, eventTypes, isOrdered }) => ({
          ...{ Name: name, URL: url, Events: eventTypesWords(eventTypes) },
          Order: isOrdered ? 'in order' : 'any',
        })}
      />
      <WebhookFields
        draft={draft}
        errors={form.errors.fields}
        onDraft={(part) => setDraft((mine) => ({ ...mine, ...part }))}
      />
    </FormDialog>
  );
}

/** Asks; then shows the other secret, once. */
function RotateFlow({ endpoint, onClose }: WebhookDialogProps) {
  const returnFocus = useReturnFocus();
  const rotate = useMutation(rotateWebhookMutation);
  const [rotated, setRotated] = useState<WebhookEndpointWithSecret>();
  const form = useSubmit([], async () => setRotated(await rotate.mutateAsync(endpoint.id)));
  if (rotated) {
    return <WebhookSecretDialog endpoint={rotated} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return (
    <FormDialog
      title={`Rotate the secret of ${endpoint.name}?`}
      description="You get a new secret. For 24 hours, each event is signed with the current one as well, so that your receiver can switch at any time."
      submitLabel="Rotate secret"
      form={form}
      onClose={onClose}
    />
  );
}

interface StatusDialogProps extends WebhookDialogProps {
  readonly verb: 'enable' | 'disable';
}

function StatusDialog({ endpoint: { id, name }, verb, onClose }: StatusDialogProps) {
  const set = useMutation(setWebhookStatusMutation);
  const isEnabling = verb === 'enable';
  return (
    <ConfirmDialog
      title={`${isEnabling ? 'Enable' : 'Disable'} ${name}?`}
      description={
        isEnabling
          ? 'It receives what happens from now on, and what was pending when it was disabled.'
          : 'It receives nothing that happens meanwhile. What is pending waits.'
      }
      confirmLabel={isEnabling ? 'Enable endpoint' : 'Disable endpoint'}
      onConfirm={() => set.mutateAsync({ id, verb })}
      done={`${isEnabling ? 'Enabled' : 'Disabled'} ${name}`}
      onClose={onClose}
    />
  );
}

function DeleteWebhookDialog({
  endpoint: { id, name },
  onClose,
  onGone,
}: WebhookDialogProps & { readonly onGone: () => void }) {
  const remove = useMutation(deleteWebhookMutation);
  return (
    <ConfirmDialog
      danger
      title={`Delete ${name}?`}
      description="It receives no more events, and all attempts that were recorded are deleted. You cannot undo this."
      confirmLabel="Delete endpoint"
      onConfirm={async () => {
        await remove.mutateAsync(id);
        onGone();
      }}
      done={`Deleted ${name}`}
      onClose={onClose}
    />
  );
}
