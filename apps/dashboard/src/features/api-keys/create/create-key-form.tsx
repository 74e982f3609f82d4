import { useMutation } from '@tanstack/react-query';
import {
  type ApiKeyWithSecret,
  PROFILE_CATALOG,
  type Profile,
  type Workspace,
} from '@tollkeeper/contract';
import { useEffect, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { DialogBody, DialogFooter, useUnsaved } from '../../../components/forms/dialog.tsx';
import { AllowedIpsField } from '../../../components/forms/token-field.tsx';
import { useExactlyOnce } from '../../../components/forms/use-exactly-once.ts';
import { counted, exactDay } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { FinalScopesWarning, type ScopeCatalog, ScopePicker } from '../../scopes/index.ts';
import { chosenWorkspace, WorkspaceField } from '../../workspaces/index.ts';
import { createKeyMutation } from '../queries.ts';
import { CanaryField } from './canary-field.tsx';
import {
  checkDraft,
  confinement,
  type DraftField,
  draftBody,
  EMPTY_DRAFT,
  EXPIRY_CHOICES,
  expiresAt,
  type KeyDraft,
  startExpiry,
} from './key-draft.ts';
import { ExpiryField, NameField, ProfileField, ScopeTemplates } from './key-fields.tsx';
import { TagsField } from './tags-field.tsx';
import { KeyRefusal, useDraftSubmit } from './use-draft-submit.tsx';

/** What the form starts from. */
interface KeyFormOffer {
  readonly catalog: ScopeCatalog;
  readonly workspaces: readonly Workspace[];
  /** Default lifetime of the organization's keys in days. */
  readonly defaultExpiryDays: number | null;
}

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
  const { canary } = draft;
  const reach = canary ? 'optional' : confinement(draft.profile);

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
        <CanaryField
          canary={canary}
          onCanary={(canary) =>
            change('profile', {
              canary,
              workspaceId: canary ? '' : startWorkspace(draft.profile, workspaces),
            })
          }
        />
        {canary ? null : (
          <ProfileField
            catalog={catalog}
            profile={draft.profile}
            error={errors.fields.profile}
            onProfile={(profile) =>
              change('profile', { profile, workspaceId: startWorkspace(profile, workspaces) })
            }
          />
        )}
        {draft.profile === 'custom' && !canary ? (
          <>
            <ScopeTemplates catalog={catalog} onScopes={(scopes) => change('scopes', { scopes })} />
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
            hint={workspaceHint(reach === 'required', canary)}
            workspaceId={draft.workspaceId}
            error={errors.fields.workspaceId}
            onWorkspace={(workspaceId) => change('workspaceId', { workspaceId })}
          />
        )}
        {canary ? null : (
          <>
            <ExpiryField
              choices={EXPIRY_CHOICES}
              expiry={draft.expiry}
              error={errors.fields.expiresAt}
              onExpiry={(expiry) => change('expiresAt', { expiry })}
            />
            <AllowedIpsField
              hint="Optional. Leave empty to let the key work from any address."
              ranges={draft.allowedIps}
              error={errors.fields.allowedIps}
              onRanges={(allowedIps) => change('allowedIps', { allowedIps })}
            />
          </>
        )}
        <TagsField
          tags={draft.tags}
          error={errors.fields.tags}
          onTags={(tags) => change('tags', { tags })}
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

function workspaceHint(isRequired: boolean, canary: boolean): string {
  if (canary) return 'Choose one only if its gateways alone should know the key.';
  return isRequired
    ? 'The key works inside this workspace only.'
    : 'Choose one to confine the key to it.';
}

/** Creates a key, exactly once for each draft. */
function useCreateKey(): (draft: KeyDraft) => Promise<ApiKeyWithSecret> {
  const { mutateAsync } = useMutation(createKeyMutation);
  return useExactlyOnce(
    (draft: KeyDraft) => draftBody(draft, Date.now()),
    (body, idempotencyKey) => mutateAsync({ body, idempotencyKey }),
  );
}

interface KeySummaryProps {
  readonly draft: KeyDraft;
  readonly catalog: ScopeCatalog;
  readonly workspaces: readonly Workspace[];
}

/** What is about to be created, before it is. */
function KeySummary({ draft, catalog, workspaces }: KeySummaryProps) {
  const now = useNow();
  return (
    <section aria-label="Summary" className="rounded-lg bg-sunken px-4 py-3">
      <p className="text-[0.8125rem] text-soft">You are about to create</p>
      <p className="[overflow-wrap:anywhere]">
        <strong className="font-semibold">{draft.name.trim() || 'a key without a name yet'}</strong>
        {draft.canary
          ? ': a canary key, which never works and raises an alarm when it is used'
          : `: ${PROFILE_CATALOG[draft.profile].title.toLowerCase()} profile, ${counted(scopeCount(draft, catalog), 'scope')}, ${reach(draft, workspaces)}, ${lifetime(draft, now)}, ${addresses(draft)}`}
        {draft.tags.length === 0 ? '' : `, with ${counted(draft.tags.length, 'tag')}`}.
      </p>
    </section>
  );
}

function scopeCount({ profile, scopes }: KeyDraft, { profiles }: ScopeCatalog): number {
  if (profile === 'custom') return scopes.size;
  return profiles.find(({ name }) => name === profile)?.scopes.length ?? 0;
}

function reach({ profile, workspaceId }: KeyDraft, workspaces: readonly Workspace[]): string {
  if (confinement(profile) === 'forbidden' || workspaceId === '') return 'in every workspace';
  const workspace = workspaces.find(({ id }) => id === workspaceId);
  return `in the workspace ${workspace?.name ?? workspaceId}`;
}

function lifetime({ expiry }: KeyDraft, now: number): string {
  const at = expiresAt(expiry, now);
  if (at === undefined) return 'until a date to be picked';
  return at === null ? 'without an expiry' : `until ${exactDay(at)}`;
}

function addresses({ allowedIps }: KeyDraft): string {
  return allowedIps.length === 0
    ? 'from any address'
    : `from ${counted(allowedIps.length, 'address range')}`;
}

/** The first profile that gives this member anything, for the time that the organization asks. */
function firstDraft(offer: KeyFormOffer, now: number): KeyDraft {
  const { catalog, workspaces, defaultExpiryDays } = offer;
  const usable = catalog.profiles.find(
    ({ scopes, confinement: reach }) =>
      scopes.length > 0 && (reach !== 'required' || workspaces.length > 0),
  );
  const profile = usable?.name ?? 'custom';
  return {
    ...EMPTY_DRAFT,
    ...(defaultExpiryDays === null ? {} : { expiry: startExpiry(defaultExpiryDays, now) }),
    profile,
    workspaceId: startWorkspace(profile, workspaces),
  };
}

/**
 * The workspace that the person looks at. Else the first one where one is needed; elsewhere
 * confining the key is up to the person.
 */
function startWorkspace(profile: Profile, workspaces: readonly Workspace[]): string {
  const reach = confinement(profile);
  if (reach === 'forbidden') return '';
  const chosen = workspaces.find(({ id }) => id === chosenWorkspace());
  return chosen?.id ?? (reach === 'required' ? (workspaces[0]?.id ?? '') : '');
}
