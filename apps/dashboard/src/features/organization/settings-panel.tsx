import { useMutation } from '@tanstack/react-query';
import { SLUG } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { EditConflict } from '../../components/field-changes.tsx';
import { DaysField, parseDays } from '../../components/forms/days-field.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { blockedWords, SettingsForm } from '../../components/forms/settings-form.tsx';
import { Panel } from '../../components/panel.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format.ts';
import { useEdit } from '../../lib/use-edit.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { type Organization, updateOrganizationMutation } from './queries.ts';

const SLUG_RULE = 'Use lower-case letters, digits and, between them, hyphens: 48 at most.';
const FIELDS = ['name', 'slug', 'defaultExpiryDays'] as const;

export function SettingsPanel({ organization }: { readonly organization: Organization }) {
  const update = useMutation(updateOrganizationMutation);
  const { base, draft, setDraft, isChanged, replaced, open, save } = useEdit(
    organization,
    draftOf,
    () => api.getOrganization({}),
  );
  const days = parseDays(draft.days);
  const slugFits = SLUG.test(draft.slug.trim());
  // Somebody else saved them, and nothing was entered here yet.
  if (!isChanged && organization.etag !== base.etag) open(organization);
  const { pending, errors, submit } = useSubmit(FIELDS, async () => {
    const name = draft.name.trim();
    const slug = draft.slug.trim();
    const defaultExpiryDays = days ?? null;
    const saved = await save((etag) => update.mutateAsync({ name, slug, defaultExpiryDays, etag }));
    if (!saved) return;
    open(saved);
    toast.success('Saved the organization');
  });
  const fits = days !== undefined && slugFits && draft.name.trim() !== '';
  const blocked = blockedWords(isChanged, fits);
  const set = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <Panel title="Settings">
      <SettingsForm
        blocked={blocked}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onReset={isChanged ? () => open(base) : undefined}
      >
        <EditConflict
          title="These settings were changed since you opened them"
          submitLabel="Save changes"
          replaced={replaced}
          base={base}
          fieldsOf={fieldsOf}
        />
        <LineField
          label="Name"
          autoComplete="organization"
          lengthMax={64}
          error={errors.fields.name}
          value={draft.name}
          onValue={(name) => set({ name })}
        />
        <LineField
          label="Slug"
          hint="A short name, used in addresses."
          spellCheck={false}
          className="font-mono"
          error={slugFits ? errors.fields.slug : SLUG_RULE}
          value={draft.slug}
          onValue={(slug) => set({ slug })}
        />
        <DaysField
          label="Default expiry of new keys, in days"
          hint="Suggested to anyone who creates a key. They can choose another. Leave empty to suggest 90 days."
          error={errors.fields.defaultExpiryDays}
          value={draft.days}
          onValue={(typed) => set({ days: typed })}
        />
      </SettingsForm>
    </Panel>
  );
}

function draftOf({ name, slug, defaultExpiryDays }: Organization) {
  return { name, slug, days: defaultExpiryDays === null ? '' : String(defaultExpiryDays) };
}

function fieldsOf({ name, slug, defaultExpiryDays }: Organization) {
  const days = defaultExpiryDays === null ? 'none' : counted(defaultExpiryDays, 'day');
  return { Name: name, Slug: slug, 'Default expiry of new keys': days };
}
