import { useMutation } from '@tanstack/react-query';
import type { ChatDestination } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { ConfirmDialog, FormDialog } from '../../components/forms/form-dialog.tsx';
import { useExactlyOnce } from '../../components/forms/use-exactly-once.ts';
import { api } from '../../lib/api.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { blockedWords, CHAT_FIELDS, type ChatDraft, ChatFields } from './chat-form.tsx';
import { kindsWords } from './chat-words.tsx';
import {
  createChatDestinationMutation,
  deleteChatDestinationMutation,
  setChatStatusMutation,
  updateChatDestinationMutation,
} from './queries.ts';

/** What the person has begun to do. */
export type ChatAction =
  | { readonly kind: 'create' }
  | {
      readonly kind: 'edit' | 'enable' | 'disable' | 'delete';
      readonly destination: ChatDestination;
    };

interface ChatDialogsProps {
  readonly action: ChatAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function ChatDialogs({ action, onClose }: ChatDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <NewChatDialog onClose={onClose} />;
    case 'edit':
      return <EditChatDialog destination={action.destination} onClose={onClose} />;
    case 'enable':
    case 'disable':
      return <StatusDialog verb={action.kind} destination={action.destination} onClose={onClose} />;
    case 'delete':
      return <DeleteChatDialog destination={action.destination} onClose={onClose} />;
  }
}

const FIRST: ChatDraft = { name: '', service: 'slack', url: '', kinds: new Set() };

function NewChatDialog({ onClose }: Pick<ChatDialogsProps, 'onClose'>) {
  const [draft, setDraft] = useState(FIRST);
  const { mutateAsync } = useMutation(createChatDestinationMutation);
  const create = useExactlyOnce(newBody, (body, idempotencyKey) =>
    mutateAsync({ body, idempotencyKey }),
  );
  const form = useSubmit(CHAT_FIELDS, async () => {
    const { name } = await create(draft);
    toast.success(`Created ${name}`);
    onClose();
  });
  return (
    <FormDialog
      title="New chat destination"
      description="It receives what happens from now on."
      submitLabel="Create destination"
      width="wide"
      blocked={blockedWords(draft, true)}
      filled={draft !== FIRST}
      form={form}
      onClose={onClose}
    >
      <ChatFields
        draft={draft}
        errors={form.errors.fields}
        onDraft={(part) => setDraft((before) => ({ ...before, ...part }))}
      />
    </FormDialog>
  );
}

function newBody({ name, service, url, kinds }: ChatDraft) {
  return { name: name.trim(), service, url: url.trim(), kinds: [...kinds] };
}

interface ChatDialogProps {
  readonly destination: ChatDestination;
  readonly onClose: () => void;
}

function EditChatDialog({ destination, onClose }: ChatDialogProps) {
  const { id } = destination;
  const update = useMutation(updateChatDestinationMutation);
  const { base, draft, setDraft, isChanged, replaced, save } = useEdit(
    destination,
    ({ name, service, kinds }): ChatDraft => ({ name, service, url: '', kinds: new Set(kinds) }),
    () => api.getChatDestination({ params: { id } }),
  );
  const form = useSubmit(CHAT_FIELDS, async () => {
    const { name, url, kinds } = draft;
    const chosen = { name: name.trim(), kinds: [...kinds] };
    const body = url.trim() === '' ? chosen : { ...chosen, url: url.trim() };
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
      submitLabel="Save destination"
      width="wide"
      blocked={blockedWords(draft, false)}
      filled={isChanged}
      form={form}
      onClose={onClose}
    >
      <EditConflict
        title="This destination was changed since you opened it"
        submitLabel="Save destination"
        replaced={replaced}
        base={base}
        fieldsOf={({ name, host, kinds }) => ({
          ...{ Name: name, Host: host, Notifications: kindsWords(kinds) },
        })}
      />
      <ChatFields
        draft={draft}
        host={base.host}
        errors={form.errors.fields}
        onDraft={(part) => setDraft((mine) => ({ ...mine, ...part }))}
      />
    </FormDialog>
  );
}

interface StatusDialogProps extends ChatDialogProps {
  readonly verb: 'enable' | 'disable';
}

function StatusDialog({ verb, destination: { id, name }, onClose }: StatusDialogProps) {
  const set = useMutation(setChatStatusMutation);
  const isEnabling = verb === 'enable';
  return (
    <ConfirmDialog
      title={`${isEnabling ? 'Enable' : 'Disable'} ${name}?`}
      description={
        isEnabling
          ? 'It receives what happens from now on.'
          : 'It receives nothing that happens meanwhile.'
      }
      confirmLabel={isEnabling ? 'Enable destination' : 'Disable destination'}
      onConfirm={() => set.mutateAsync({ id, verb })}
      done={`${isEnabling ? 'Enabled' : 'Disabled'} ${name}`}
      onClose={onClose}
    />
  );
}

function DeleteChatDialog({ destination: { id, name }, onClose }: ChatDialogProps) {
  const remove = useMutation(deleteChatDestinationMutation);
  return (
    <ConfirmDialog
      danger
      title={`Delete ${name}?`}
      description="It receives no more notifications. What the channel has stays there. You cannot undo this."
      confirmLabel="Delete destination"
      onConfirm={() => remove.mutateAsync(id)}
      done={`Deleted ${name}`}
      onClose={onClose}
    />
  );
}
