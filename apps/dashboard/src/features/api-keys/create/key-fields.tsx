import { PROFILE_SCOPES, type Profile, type Scope } from '@tollkeeper/contract';
import { ChoiceChips, RadioRow } from '../../../components/forms/choices.tsx';
import { TextInput } from '../../../components/forms/controls.tsx';
import { Field, FieldGroup } from '../../../components/forms/field.tsx';
import { LineField } from '../../../components/forms/line-field.tsx';
import { counted } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import type { ScopeCatalog } from '../../scopes/index.ts';
import { type Expiry, type ExpiryChoice, localDay } from './key-draft.ts';

const EXAMPLES = ['cursor-dev', 'ci-pipeline', 'staging-gateway'];

const SCOPE_TEMPLATES: readonly { readonly title: string; readonly scopes: readonly Scope[] }[] = [
  { title: 'Call APIs only', scopes: ['apis.call'] },
];

interface NameFieldProps {
  readonly name: string;
  readonly error: string | undefined;
  readonly onName: (name: string) => void;
}

export function NameField({ name, error, onName }: NameFieldProps) {
  return (
    <div>
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="ci-pipeline"
        error={error}
        value={name}
        onValue={onName}
      />
      <p className="mt-2 flex flex-wrap items-center gap-1.5 text-[0.8125rem] text-soft">
        <span>For example</span>
        {EXAMPLES.map((example) => (
          <button
            key={example}
            type="button"
            aria-label={`Use the name ${example}`}
            onClick={() => onName(example)}
            className="min-h-6 rounded-full border border-line px-2.5 hover:border-control hover:text-ink"
          >
            {example}
          </button>
        ))}
      </p>
    </div>
  );
}

interface ProfileFieldProps {
  readonly catalog: ScopeCatalog;
  readonly profile: Profile;
  readonly error: string | undefined;
  readonly onProfile: (profile: Profile) => void;
}

export function ProfileField({ catalog, profile, error, onProfile }: ProfileFieldProps) {
  return (
    <FieldGroup label="Profile" error={error}>
      <div className="grid gap-2 sm:grid-cols-2">
        {catalog.profiles.map(({ name, title, description, scopes }) => {
          const nothing = name !== 'custom' && scopes.length === 0;
          return (
            <RadioRow
              key={name}
              name="profile"
              label={title}
              hint={nothing ? 'You hold none of its scopes' : description}
              aside={gives(name, scopes.length)}
              checked={profile === name}
              disabled={nothing}
              onChoose={() => onProfile(name)}
            />
          );
        })}
      </div>
    </FieldGroup>
  );
}

/** How much of the profile the member can give: "15 of 38 scopes" when they lack a part. */
function gives(profile: Profile, count: number): string {
  if (profile === 'custom') return 'your choice';
  const whole = PROFILE_SCOPES[profile].length;
  return count < whole ? `${count} of ${counted(whole, 'scope')}` : counted(count, 'scope');
}

interface ScopeTemplatesProps {
  readonly catalog: ScopeCatalog;
  readonly onScopes: (scopes: ReadonlySet<Scope>) => void;
}

/** Sets of scopes to start a custom key from, of those that the member can give. */
export function ScopeTemplates({ catalog, onScopes }: ScopeTemplatesProps) {
  const held = new Set(catalog.scopes.filter((scope) => scope.held).map(({ name }) => name));
  const offered = SCOPE_TEMPLATES.filter(({ scopes }) => scopes.every((name) => held.has(name)));
  if (offered.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-[0.8125rem] text-soft">
      <span>Start from</span>
      {offered.map(({ title, scopes }) => (
        <button
          key={title}
          type="button"
          onClick={() => onScopes(new Set(scopes))}
          className="min-h-6 rounded-full border border-line px-2.5 hover:border-control hover:text-ink"
        >
          {title}
        </button>
      ))}
    </p>
  );
}

interface ExpiryFieldProps {
  readonly choices: readonly { readonly value: ExpiryChoice; readonly label: string }[];
  readonly expiry: Expiry;
  readonly hint?: string;
  readonly error: string | undefined;
  readonly onExpiry: (expiry: Expiry) => void;
}

export function ExpiryField({ choices, expiry, hint, error, onExpiry }: ExpiryFieldProps) {
  const now = useNow();
  const onDate = expiry.choice === 'date';
  return (
    <FieldGroup label="Expires" hint={hint} error={onDate ? undefined : error}>
      <ChoiceChips
        name="expiry"
        value={expiry.choice}
        choices={choices}
        onChoose={(choice) => onExpiry({ ...expiry, choice })}
      />
      {onDate ? (
        <div className="mt-2 max-w-56">
          <Field label="Last day" hint="The key works until that day ends." error={error}>
            {(control) => (
              <TextInput
                {...control}
                type="date"
                min={localDay(now)}
                value={expiry.date}
                onChange={(event) => onExpiry({ ...expiry, date: event.target.value })}
              />
            )}
          </Field>
        </div>
      ) : null}
    </FieldGroup>
  );
}
