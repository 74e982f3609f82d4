import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { SignInPage } from '../features/sessions/index.ts';
import { returnPath } from '../lib/return-path.ts';

const route = getRouteApi('/sign-in');

export function SignInRoute() {
  const { from } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  return (
    <SignInPage
      onSignedIn={async () => {
        queryClient.clear();
        router.history.replace(returnPath(from));
      }}
    />
  );
}
