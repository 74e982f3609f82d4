import { useMutation, useQuery } from '@tanstack/react-query';
import type { ApiKey } from '@tollkeeper/contract';
import { useEffect, useId } from 'react';
import { BlockedReason, Button } from '../../../components/button.tsx';
import { EditConflict } from '../../../components/field-changes.tsx';
import { Dialog, DialogBody, DialogFooter, useUnsaved } from '../../../components/forms/dialog.tsx';
import { DialogLoading } from '../../../components/forms/form-dialog.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { AllowedIpsField } from '../../../components/forms/token-field.tsx';
import { Notice } from '../../../components/notice.tsx';
import { api } from '../../../lib/api.ts';
import { exactTime } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { useEdit } from '../../../lib/use-edit.ts';
import {
  FinalScopesWarning,
  type ScopeCatalog,
  ScopePicker,
  scopeCatalogQuery,
} from '../../scopes/index.ts';
import { type DraftField, EDIT_EXPIRY_CHOICES } from '../create/key-draft.ts';
import { ExpiryField } from '../create/key-fields.tsx';
import { TagsField } from '../create/tags-field.tsx';
import { KeyRefusal, useDraftSubmit } from '../create/use-draft-submit.tsx';
import { toastChange } from '../propagation.tsx';
import { updateKeyMutation } from '../queries.ts';
import {
  checkEdit,
  editBody,
  editOf,
  isChanged,
  KeyChanges,
  type KeyEdit,
  keyFields,
} from './key-edit.tsx';

interface EditKeyDialogProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}

/** Name, scopes, expiry, addresses and tags of a key, with what saving changes. */
export function EditKeyDialog({ apiKey, onClose }: EditKeyDialogProps) {
  const { data, error, refetch } = useQuery(scopeCatalogQuery);
  return (
    <Dialog
      title={`Edit ${apiKey.name}`}
      description="The secret stays the same. Changes apply everywhere at once."
      width="wide"
      closesOutside={false}
      onClose={onClose}
    >
      {data ? (
        <EditKeyForm apiKey={apiKey} catalog={data} onClose={onClose} />
      ) : (
        <DialogLoading what="the scopes" error={error} onRetry={refetch} />
      )}
    </Dialog>
  );
}

interface EditKeyFormProps {
  readonly apiKey: ApiKey;
  readonly catalog: ScopeCatalog;
  readonly onClose: () => void;
}

function EditKeyForm({ apiKey, catalog, onClose }: EditKeyFormProps) {
  const update = useMutation(updateKeyMutation);
  const id = useId();
  const params = { id: apiKey.id };
  const editing = useEdit<ApiKey, KeyEdit>(apiKey, editOf, () => api.getKey({ params }));
  const { base: before, draft: edit } = editing;
  const changed = isChanged(edit, before, useNow());
  const { pending, errors, refusal, submit, forget, form } = useDraftSubmit(edit, checkEdit, save);
  useUnsaved(changed);
  // The form may come after the dialog has opened and focused its cross.
  useEffect(() => form.current?.querySelector('input')?.focus(), [form]);

  async function save(checked: KeyEdit) {
    const body = editBody(checked, before, Date.now());
    const saved = await editing.save((etag) =>
      update.mutateAsync({ params, body: { ...body, etag } }),
    );
    if (!saved) return;
    toastChange({
      title: `Saved ${saved.name}`,
      keyIds: [before.id],
      done: 'The changes apply everywhere from now on.',
    });
    onClose();
  }

  function change(field: DraftField, part: Partial<KeyEdit>) {
    editing.setDraft((earlier) => ({ ...earlier, ...part }));
    forget(field);
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex min-h-0 flex-col">
      <DialogBody>
        <EditConflict
          title="This key was changed since you opened it"
          submitLabel="Save changes"
          replaced={editing.replaced}
          base={before}
          fieldsOf={keyFields}
        />
        <KeyRefusal title="The key was not changed" error={refusal} messages={errors.form} />
        <LineField
          label="Name"
          lengthMax={64}
          error={errors.fields.name}
          value={edit.name}
          onValue={(name) => change('name', { name })}
        />
        <Unheld edit={edit} catalog={catalog} />
        <ScopePicker
          catalog={catalog}
          selected={edit.scopes}
          error={errors.fields.scopes}
          onSelect={(scopes) => change('scopes', { scopes })}
        />
        <FinalScopesWarning scopes={edit.scopes} />
        <ExpiryField
          choices={EDIT_EXPIRY_CHOICES}
          expiry={edit.expiry}
          hint={before.expiresAt ? `Now: ${exactTime(before.expiresAt)}.` : 'Now: no expiry.'}
          error={errors.fields.expiresAt}
          onExpiry={(expiry) => change('expiresAt', { expiry })}
        />
        <AllowedIpsField
          hint="Leave empty to let the key work from any address."
          ranges={edit.allowedIps}
          error={errors.fields.allowedIps}
          onRanges={(allowedIps) => change('allowedIps', { allowedIps })}
        />
        <TagsField
          tags={edit.tags}
          error={errors.fields.tags}
          onTags={(tags) => change('tags', { tags })}
        />
        <KeyChanges edit={edit} before={before} />
      </DialogBody>
      <DialogFooter>
        <BlockedReason id={id} reason={changed ? undefined : 'Nothing has changed.'} />
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" look="primary" pending={pending} blockedBy={changed ? undefined : id}>
          Save changes
        </Button>
      </DialogFooter>
    </form>
  );
}

interface UnheldProps {
  readonly edit: KeyEdit;
  readonly catalog: ScopeCatalog;
}

/** A key of someone with a larger role: its name can be changed; all else only within one's own role. */
function Unheld({ edit, catalog }: UnheldProps) {
  const beyond = catalog.scopes.filter(({ name, held }) => !held && edit.scopes.has(name));
  if (beyond.length === 0) return null;
  return (
    <Notice tone="info" title="This key holds scopes that you do not hold">
      You can rename it. To change anything else, first remove{' '}
      <span className="font-mono text-[0.8125rem]">
        {beyond.map(({ name }) => name).join(', ')}
      </span>
      .
    </Notice>
  );
}
