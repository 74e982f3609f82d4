import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Select } from '../components/select.tsx';
import { useIdentity } from '../features/sessions/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';

/** For people in several organizations: which one the dashboard shows. */
export function OrganizationSwitch() {
  const { organization, organizations } = useIdentity();
  const queryClient = useQueryClient();
  const router = useRouter();
  if (organizations.length < 2) return null;

  async function choose(id: string) {
    chooseOrganization(id);
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'identity' });
    await queryClient.invalidateQueries({ queryKey: ['identity'] });
    await router.navigate({ to: '/api-keys', search: {} });
  }

  return (
    <Select
      aria-label="Organization"
      value={organization.id}
      onChange={(event) => choose(event.target.value)}
      options={organizations.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
