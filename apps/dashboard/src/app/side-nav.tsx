import { Link, useRouter } from '@tanstack/react-router';
import {
  Boxes,
  Braces,
  Building2,
  ClipboardCheck,
  CreditCard,
  History,
  KeyRound,
  MessageSquare,
  Monitor,
  Moon,
  ScrollText,
  Share2,
  ShieldAlert,
  ShieldCheck,
  Siren,
  Sun,
  Users,
  Waypoints,
  Webhook,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { SegmentedChoice } from '../components/forms/choices.tsx';
import { Select } from '../components/forms/controls.tsx';
import { mayLeave } from '../components/forms/leave-question.tsx';
import { Logo } from '../components/page.tsx';
import { Bell } from '../features/notifications/index.ts';
import { useIdentity } from '../features/sessions/index.ts';
import {
  chooseWorkspace,
  useChosenWorkspace,
  WorkspaceSwitch,
} from '../features/workspaces/index.ts';
import { basePath } from '../lib/page-address.ts';
import { setTheme, useTheme } from '../lib/theme.ts';
import { AccountMenu } from './account-menu.tsx';
import { useSwitchOrganization } from './use-leave.ts';

const LINK =
  'flex h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5 text-soft lg:h-8 transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-tint aria-[current=page]:font-medium aria-[current=page]:text-accent-strong';

/** Pages whose reader needs a scope; those without it do not see the link. */
const PAGES = [
  { to: '/policies', icon: ScrollText, title: 'Policies', scope: 'policies.read' },
  { to: '/fleet', icon: Waypoints, title: 'Fleet', scope: 'fleet.read' },
  { to: '/members', icon: Users, title: 'Members', scope: 'members.read' },
  { to: '/roles', icon: ShieldCheck, title: 'Roles', scope: 'roles.read' },
  { to: '/api-scopes', icon: Braces, title: 'API scopes', scope: 'policies.read' },
  { to: '/workspaces', icon: Boxes, title: 'Workspaces', scope: 'workspaces.read' },
  { to: '/organization', icon: Building2, title: 'Organization', scope: 'organization.read' },
  { to: '/billing', icon: CreditCard, title: 'Billing', scope: 'billing.read' },
  { to: '/audit-log', icon: History, title: 'Audit log', scope: 'audit.read' },
  { to: '/webhooks', icon: Webhook, title: 'Webhooks', scope: 'audit.webhook_manage' },
  { to: '/log-streams', icon: Share2, title: 'Log streams', scope: 'audit.webhook_manage' },
  {
    to: '/chat-destinations',
    icon: MessageSquare,
    title: 'Chat destinations',
    scope: 'integrations.read',
  },
  { to: '/leaks', icon: Siren, title: 'Leaks', scope: 'integrations.read' },
  { to: '/compliance', icon: ClipboardCheck, title: 'Compliance', scope: 'compliance.read' },
  { to: '/security', icon: ShieldAlert, title: 'Security', scope: 'security.read' },
] as const;

/** @param onNavigate called when a link was followed; closes the sheet on phones */
export function SideNav({ onNavigate }: { readonly onNavigate?: () => void }) {
  // The bar of narrow windows has the bell.
  const isInSheet = onNavigate !== undefined;
  const { organization, scopes } = useIdentity();
  const workspace = useChosenWorkspace();
  const showWorkspace = useShowWorkspace();
  return (
    <div className="flex h-full flex-col gap-5 p-3.5 lg:gap-4">
      <div className="flex items-center gap-2.5 px-1.5 pt-1">
        <Logo size={26} />
        <div className="min-w-0 flex-1">
          <p className="font-semibold leading-tight">Tollkeeper</p>
          <p
            className="truncate text-[0.8125rem] text-soft leading-tight"
            title={organization.name}
          >
            {organization.name}
          </p>
        </div>
        {isInSheet ? null : <Bell />}
      </div>
      <OrganizationSwitch />
      <WorkspaceSwitch onChoose={showWorkspace} />
      <nav
        aria-label="Main"
        className="-mx-1 flex min-h-40 flex-1 flex-col gap-0.5 overflow-y-auto px-1 lg:gap-0"
        onClickCapture={onNavigate}
      >
        <Link
          to="/api-keys"
          search={workspace ? { workspace } : {}}
          activeOptions={{ includeSearch: false }}
          className={LINK}
        >
          <KeyRound size={16} aria-hidden />
          API keys
        </Link>
        {PAGES.filter(({ scope }) => scopes.includes(scope)).map(({ to, icon: Icon, title }) => (
          <Link key={to} to={to} className={LINK}>
            <Icon size={16} aria-hidden />
            {title}
          </Link>
        ))}
      </nav>
      <div className="flex flex-col gap-3">
        <p className="flex gap-4 px-2.5 text-[0.8125rem]">
          <ServerLink href="/docs">API reference</ServerLink>
          <ServerLink href="/openapi.json">OpenAPI</ServerLink>
        </p>
        <ThemeToggle />
        <AccountMenu />
      </div>
    </div>
  );
}

/** A page of the server, outside this application. */
function ServerLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <a
      href={basePath + href}
      className="text-soft underline-offset-4 hover:text-ink hover:underline"
    >
      {children}
    </a>
  );
}

/** For people in several organizations: which one the dashboard shows. */
function OrganizationSwitch() {
  const { organization, organizations } = useIdentity();
  const switchTo = useSwitchOrganization();
  if (organizations.length < 2) return null;
  return (
    <Select
      aria-label="Organization"
      value={organization.id}
      onChange={async ({ target: { value } }) => {
        if (await mayLeave()) await switchTo(value);
      }}
      options={organizations.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

const CHOICES = [
  { value: 'light', icon: Sun, text: 'Light' },
  { value: 'dark', icon: Moon, text: 'Dark' },
  { value: 'system', icon: Monitor, text: 'Auto' },
] as const;

function ThemeToggle() {
  return (
    <SegmentedChoice
      legend="Theme"
      value={useTheme()}
      onChoose={setTheme}
      choices={CHOICES.map(({ value, icon: Icon, text }) => ({
        value,
        label: (
          <>
            <Icon size={13} aria-hidden />
            {text}
          </>
        ),
      }))}
    />
  );
}

/** Looks at one workspace from now on; a list of keys that is open shows only its keys. */
function useShowWorkspace() {
  const router = useRouter();
  return (workspace: string | undefined) => {
    chooseWorkspace(workspace);
    if (router.state.location.pathname !== '/api-keys') return;
    void router.navigate({ to: '/api-keys', search: workspace ? { workspace } : {} });
  };
}
