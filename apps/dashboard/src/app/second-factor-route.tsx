import { getRouteApi, useRouter } from '@tanstack/react-router';
import { SecondFactorPage } from '../features/account-security/index.ts';
import { signOut } from '../features/sessions/index.ts';
import { returnPath } from '../lib/return-path.ts';
import { useLeave } from './use-leave.ts';

const route = getRouteApi('/second-factor');

export function SecondFactorRoute() {
  const { from } = route.useSearch();
  const router = useRouter();
  const leave = useLeave();
  return (
    <SecondFactorPage
      onContinue={() => router.history.replace(returnPath(from))}
      onSignOut={() => leave(signOut)}
    />
  );
}
