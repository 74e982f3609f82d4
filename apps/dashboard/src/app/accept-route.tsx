import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { toast } from 'sonner';
import { AcceptPage } from '../features/invitations/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';
import { forgetFragmentToken } from '../lib/fragment-token.ts';

export function AcceptRoute() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <AcceptPage
      onAccepted={async (organizationId) => {
        forgetFragmentToken('/accept-invitation');
        chooseOrganization(organizationId);
        queryClient.clear();
        toast.success('Welcome: you are a member now');
        await navigate({ to: '/api-keys', replace: true });
      }}
    />
  );
}
