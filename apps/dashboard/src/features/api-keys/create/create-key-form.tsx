import type { ApiKeyWithSecret } from '@tollkeeper/contract';
import { useEffect, useState } from 'react';
import { AllowedIpsField } from '../../../components/allowed-ips-field.tsx';
import { Button } from '../../../components/button.tsx';
import { DialogBody, DialogFooter, useUnsaved } from '../../../components/dialog.tsx';
import { FinalScopesWarning, ScopePicker } from '../../scopes/index.ts';
import { EXPIRY_CHOICES } from './expiry.ts';
import { ExpiryField } from './expiry-field.tsx';
import { firstDraft, type KeyFormOffer, startWorkspace } from './first-draft.ts';
import { checkDraft, confinement, type DraftField, type KeyDraft } from './key-draft.ts';
import { KeyRefusal } from './key-refusal.tsx';
import { KeySummary } from './key-summary.tsx';
import { NameField } from './name-field.tsx';
import { ProfileField } from './profile-field.tsx';
import { useCreateKey } from './use-create-key.ts';
import { useDraftSubmit } from './use-draft-submit.ts';
import { WorkspaceField } from './workspace-field.tsx';

interface CreateKeyFormProps extends KeyFormOffer {
  readonly onCancel: () => void;
  readonly onCreated: (key: ApiKeyWithSecret) => void;
}

export function CreateKeyForm({ onCancel, onCreated, ...offer }: CreateKeyFormProps) {
  const { catalog, workspaces } = offer;
  const [first] = useState(() => firstDraft(offer, Date.now()));
  const [draft, setDraft] = useState(first);
  useUnsaved(draft !== first);
  const create = useCreateKey();
  const { pending, errors, refusal, submit, forget, form } = useDraftSubmit(
    draft,
    checkDraft,
    async (checked) => onCreated(await create(checked)),
  );
  const reach = confinement(draft.profile);

  // The form may come after the dialog has opened and focused its cross.
  useEffect(() => form.current?.querySelector('input')?.focus(), [form]);

  function change(field: DraftField, part: Partial<KeyDraft>) {
    setDraft((before) => ({ ...before, ...part }));
    forget(field);
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex min-h-0 flex-col">
      <DialogBody>
        <KeyRefusal title="The key was not created" error={refusal} messages={errors.form} />
        <NameField
          name={draft.name}
          error={errors.fields.name}
          onName={(name) => change('name', { name })}
        />
        <ProfileField
          catalog={catalog}
          profile={draft.profile}
          error={errors.fields.profile}
          onProfile={(profile) =>
            change('profile', { profile, workspaceId: startWorkspace(profile, workspaces) })
          }
        />
        {draft.profile === 'custom' ? (
          <>
            <ScopePicker
              catalog={catalog}
              selected={draft.scopes}
              error={errors.fields.scopes}
              onSelect={(scopes) => change('scopes', { scopes })}
            />
            <FinalScopesWarning scopes={draft.scopes} />
          </>
        ) : null}
        {reach === 'forbidden' ? null : (
          <WorkspaceField
            workspaces={workspaces}
            required={reach === 'required'}
            workspaceId={draft.workspaceId}
            error={errors.fields.workspaceId}
            onWorkspace={(workspaceId) => change('workspaceId', { workspaceId })}
          />
        )}
        <ExpiryField
          choices={EXPIRY_CHOICES}
          expiry={draft.expiry}
          error={errors.fields.expiresAt}
          onExpiry={(expiry) => change('expiresAt', { expiry })}
        />
        <AllowedIpsField
          hint="Optional. Empty means that the key works from any address."
          ranges={draft.allowedIps}
          error={errors.fields.allowedIps}
          onRanges={(allowedIps) => change('allowedIps', { allowedIps })}
        />
        <KeySummary draft={draft} catalog={catalog} workspaces={workspaces} />
      </DialogBody>
      <DialogFooter>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" look="primary" pending={pending}>
          Create key
        </Button>
      </DialogFooter>
    </form>
  );
}
