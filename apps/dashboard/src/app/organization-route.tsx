import { OrganizationPage } from '../features/organization/index.ts';
import { signOut, useIdentity } from '../features/sessions/index.ts';
import { useLeave } from './use-leave.ts';
import { useSwitchOrganization } from './use-switch-organization.ts';

/** Once it is deleted, the person goes on in another organization of theirs, or signs out. */
export function OrganizationRoute() {
  const { organization, organizations } = useIdentity();
  const other = organizations.find(({ id }) => id !== organization.id);
  const switchTo = useSwitchOrganization();
  const leave = useLeave();
  return <OrganizationPage onGone={() => (other ? switchTo(other.id) : leave(signOut))} />;
}
