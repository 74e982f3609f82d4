/** The pages before the dashboard: set-up, sign-in, and where links and devices lead. */
import { useQueryClient } from '@tanstack/react-query';
import { createRoute, useNavigate, useRouter } from '@tanstack/react-router';
import { toast } from 'sonner';
import { SecondFactorPage } from '../features/account-security/index.ts';
import { DevicePage } from '../features/device/index.ts';
import { AcceptPage } from '../features/invitations/index.ts';
import { ForgotPasswordPage, ResetPasswordPage } from '../features/password-resets/index.ts';
import { SignInPage, signOut } from '../features/sessions/index.ts';
import { SetupPage } from '../features/setup/index.ts';
import { chooseOrganization } from '../lib/chosen-organization.ts';
import { forgetFragmentToken, returnPath } from '../lib/page-address.ts';
import { requireIdentity } from './require-identity.ts';
import { rootRoute } from './root-route.tsx';
import { useLeave } from './use-leave.ts';

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: SetupRoute,
});

function SetupRoute() {
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

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: ({ ended, ...search }): { from?: string; ended?: true } => ({
    ...parseFrom(search),
    ...(ended ? { ended: true } : {}),
  }),
  component: SignInRoute,
});

function SignInRoute() {
  const { from, ended = false } = signInRoute.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  return (
    <SignInPage
      hasEnded={ended}
      onSignedIn={async () => {
        queryClient.clear();
        router.history.replace(returnPath(from));
      }}
    />
  );
}

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: ForgotPasswordPage,
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: ResetPasswordPage,
});

const acceptRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/accept-invitation',
  component: AcceptRoute,
});

function AcceptRoute() {
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

const secondFactorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/second-factor',
  validateSearch: parseFrom,
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: SecondFactorRoute,
});

function SecondFactorRoute() {
  const { from } = secondFactorRoute.useSearch();
  const router = useRouter();
  const leave = useLeave();
  return (
    <SecondFactorPage
      onContinue={() => router.history.replace(returnPath(from))}
      onSignOut={() => leave(signOut)}
    />
  );
}

const deviceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/device',
  validateSearch: ({ user_code }: Record<string, unknown>): { user_code?: string } =>
    typeof user_code === 'string' && user_code !== '' ? { user_code } : {},
  beforeLoad: ({ context, location }) => requireIdentity(context.queryClient, location),
  component: DeviceRoute,
});

function DeviceRoute() {
  return <DevicePage userCode={deviceRoute.useSearch().user_code} />;
}

/** Where to go afterwards; see `returnPath`. */
function parseFrom({ from }: Record<string, unknown>): { from?: string } {
  return typeof from === 'string' ? { from } : {};
}

export const entryRoutes = [
  setupRoute,
  signInRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  acceptRoute,
  secondFactorRoute,
  deviceRoute,
] as const;
