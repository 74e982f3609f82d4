import { Link, Outlet, useLocation } from '@tanstack/react-router';
import type { BuiltInScope } from '@tollkeeper/contract';
import { useEffect, useRef } from 'react';
import { LackedScope } from '../../components/notice.tsx';
import { PageHeader } from '../../components/page.tsx';
import { useIdentity } from '../sessions/index.ts';

interface Tab {
  readonly to: string;
  readonly title: string;
  /** Members without it do not see the tab. */
  readonly scope: BuiltInScope;
}

/** The sub-pages of /compliance, in the order of their tabs. */
export const COMPLIANCE_TABS: readonly Tab[] = [
  { to: '/compliance/reports', title: 'Reports', scope: 'compliance.read' },
  { to: '/compliance/access-review', title: 'Access review', scope: 'compliance.read' },
  { to: '/compliance/campaigns', title: 'Review campaigns', scope: 'compliance.read' },
  { to: '/compliance/reviews', title: 'Your reviews', scope: 'api_keys.revoke' },
];

const TAB =
  '-mb-px inline-flex h-10 items-center whitespace-nowrap border-transparent border-b-2 px-1 text-soft transition-colors hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink';

/** Around every sub-page of /compliance: the heading and the tabs. */
export function ComplianceFrame() {
  const { scopes } = useIdentity();
  const tabs = COMPLIANCE_TABS.filter(({ scope }) => scopes.includes(scope));
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const current = tabs.findIndex(({ to }) => pathname.startsWith(to));
  // In a narrow window, the tab of this page may be beside what is shown.
  useEffect(() => {
    const tab = nav.current?.children[current];
    if (!nav.current || !(tab instanceof HTMLElement)) return;
    nav.current.scrollLeft = tab.offsetLeft - nav.current.offsetLeft;
  }, [current]);
  return (
    <>
      <PageHeader
        title="Compliance"
        lead="Who may do what, what they did with it, and who checked: for audits and regular reviews."
      />
      {tabs.length === 0 ? (
        <LackedScope scope="compliance.read" what="compliance" />
      ) : (
        <nav
          ref={nav}
          aria-label="Compliance"
          className="mb-5 flex gap-5 overflow-x-auto border-line border-b"
        >
          {tabs.map(({ to, title }) => (
            <Link key={to} to={to} className={TAB}>
              {title}
            </Link>
          ))}
        </nav>
      )}
      <Outlet />
    </>
  );
}
