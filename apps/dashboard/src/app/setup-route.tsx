import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SetupPage } from '../features/setup/index.ts';

export function SetupRoute() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return (
    <SetupPage
      onDone={async () => {
        queryClient.clear();
        await navigate({ to: '/api-keys', replace: true });
      }}
    />
  );
}
