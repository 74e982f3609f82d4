import { LackedScope } from '../../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../../components/page.tsx';
import { BackLink } from '../../../components/record-page.tsx';
import { useCan } from '../../sessions/index.ts';
import { Simulator } from './simulator.tsx';

export function SimulatePage() {
  usePageTitle('Simulate a call');
  const mayRead = useCan('policies.read');
  return (
    <>
      <BackLink to="/policies">Policies</BackLink>
      <PageHeader
        title="Simulate a call"
        lead="See what a key would be answered, and which policies decide that, before anybody makes the call."
      />
      {mayRead ? (
        <div className="max-w-4xl">
          <Simulator />
        </div>
      ) : (
        <LackedScope scope="policies.read" what="policies" />
      )}
    </>
  );
}
