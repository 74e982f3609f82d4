import { Select } from '../components/forms/controls.tsx';
import { useIdentity } from '../features/sessions/index.ts';
import { useSwitchOrganization } from './use-switch-organization.ts';

/** For people in several organizations: which one the dashboard shows. */
export function OrganizationSwitch() {
  const { organization, organizations } = useIdentity();
  const switchTo = useSwitchOrganization();
  if (organizations.length < 2) return null;
  return (
    <Select
      aria-label="Organization"
      value={organization.id}
      onChange={(event) => switchTo(event.target.value)}
      options={organizations.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
