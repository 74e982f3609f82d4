import { PageHeader } from '../../components/page-header.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { useCan } from '../sessions/index.ts';
import { MembersPanel } from './members-panel.tsx';
import { OrganizationFacts } from './organization-facts.tsx';
import { WorkspacesPanel } from './workspaces-panel.tsx';

export function OrganizationPage() {
  usePageTitle('Organization');
  const seesFacts = useCan('organization.read');
  const seesMembers = useCan('members.read');
  const seesWorkspaces = useCan('workspaces.read');
  return (
    <>
      <PageHeader title="Organization" />
      <div className="grid items-start gap-5 xl:grid-cols-[24rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-5">
          {seesFacts ? <OrganizationFacts /> : null}
          {seesWorkspaces ? <WorkspacesPanel /> : null}
        </div>
        {seesMembers ? <MembersPanel /> : null}
      </div>
    </>
  );
}
