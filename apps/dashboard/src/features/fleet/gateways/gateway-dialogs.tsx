import { useMutation } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { EditConflict, type RecordFields } from '../../../components/field-changes.tsx';
import { FormDialog, RenameDialog } from '../../../components/forms/form-dialog.tsx';
import { isTyped, TypedNameField, untypedWords } from '../../../components/forms/line-field.tsx';
import { Notice } from '../../../components/notice.tsx';
import { api } from '../../../lib/api.ts';
import { counted } from '../../../lib/format.ts';
import { useEdit } from '../../../lib/use-edit.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { LabelsField, labelTokens, tooManyLabels } from '../labels.tsx';
import { deleteGatewayMutation, updateGatewayMutation } from '../queries.ts';
import { GatewayDetailsDialog } from './gateway-details-dialog.tsx';
import { staleWords } from './gateway-state.ts';

/** What the person has begun to do with a gateway. */
export interface GatewayAction {
  readonly kind: 'view' | 'rename' | 'label' | 'remove';
  readonly gateway: Gateway;
}

interface GatewayDialogsProps {
  readonly action: GatewayAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function GatewayDialogs({ action, onClose }: GatewayDialogsProps) {
  if (!action) return null;
  const props = { gateway: action.gateway, onClose };
  switch (action.kind) {
    case 'view':
      return <GatewayDetailsDialog {...props} />;
    case 'rename':
      return <RenameGatewayDialog {...props} />;
    case 'label':
      return <LabelGatewayDialog {...props} />;
    case 'remove':
      return <RemoveGatewayDialog {...props} />;
  }
}

interface GatewayDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
}

function RenameGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const { id } = gateway;
  const update = useMutation(updateGatewayMutation);
  return (
    <RenameDialog
      what="gateway"
      record={gateway}
      fieldsOf={fieldsOf}
      readAgain={() => api.getGateway({ params: { id } })}
      rename={(body) => update.mutateAsync({ id, body })}
      onClose={onClose}
    />
  );
}

function LabelGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const { id } = gateway;
  const update = useMutation(updateGatewayMutation);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(
    gateway,
    (record) => ({ labels: record.labels }),
    () => api.getGateway({ params: { id } }),
  );
  const { labels } = draft;
  const form = useSubmit(['labels'], async () => {
    const changed = await save((etag) => update.mutateAsync({ id, body: { labels, etag } }));
    if (!changed) return;
    toast.success(`Changed the labels of ${changed.name}`);
    onClose();
  });
  return (
    <FormDialog
      title={`Labels of ${gateway.name}`}
      submitLabel="Save labels"
      blocked={tooManyLabels(labels)}
      filled={isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This gateway was changed since you opened it"
        submitLabel="Save labels"
        replaced={replaced}
        base={base}
        fieldsOf={fieldsOf}
      />
      <LabelsField
        hint="Labels distinguish gateways. Adding a name that exists already replaces its value."
        labels={labels}
        error={form.errors.fields.labels}
        onLabels={(next) => setDraft(() => ({ labels: next }))}
      />
    </FormDialog>
  );
}

/** All that an edit can set, in words. */
function fieldsOf({ name, labels, draining }: Gateway): RecordFields {
  return { Name: name, Labels: labelTokens(labels), Draining: draining ? 'yes' : 'no' };
}

/** Removing cannot be undone, so it asks for the name to be typed. */
function RemoveGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const { id, name } = gateway;
  const remove = useMutation(deleteGatewayMutation);
  const [typed, setTyped] = useState('');
  const form = useSubmit([], async () => {
    if (!isTyped(typed, name)) return;
    await remove.mutateAsync(id);
    toast.success(`Removed ${name}`);
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Remove ${name}?`}
      description="Its credential stops working at once: it deletes its snapshot and refuses every request. To use it again, join it with a new join key. You cannot undo this."
      submitLabel="Remove gateway"
      blocked={untypedWords(typed, name)}
      filled={typed !== ''}
      form={form}
      onClose={onClose}
    >
      <Consequences gateway={gateway} />
      <TypedNameField what="gateway" name={name} typed={typed} onTyped={setTyped} />
    </FormDialog>
  );
}

function Consequences({ gateway }: { readonly gateway: Gateway }) {
  const { state, staleMaxMs, spooledCalls } = gateway;
  return (
    <>
      {state === 'unreachable' ? (
        <Notice tone="warn" title="It is not connected and receives the removal only later">
          Until it reaches the control plane again, it {staleWords(staleMaxMs)}. To stop it at once,
          stop its process.
        </Notice>
      ) : null}
      {spooledCalls ? (
        <Notice tone="info">
          {counted(spooledCalls, 'call')} that it counted {spooledCalls === 1 ? 'has' : 'have'} not
          been reported yet. If you remove it now, they are not counted.
        </Notice>
      ) : null}
    </>
  );
}
