import { PROFILE_SCOPES, type Profile } from '@tollkeeper/contract';
import { FieldGroup } from '../../../components/field-group.tsx';
import { RadioRow } from '../../../components/radio-row.tsx';
import { counted } from '../../../lib/format-count.ts';
import type { ScopeCatalog } from '../../scopes/index.ts';

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
