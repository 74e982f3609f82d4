import { LackedScope } from '../../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../../components/page.tsx';
import { BackLink } from '../../../components/record-page.tsx';
import { useCan } from '../../sessions/index.ts';
import { NewPolicyForm } from './new-policy-form.tsx';

interface NewPolicyPageProps {
  readonly onCreated: (id: string) => void;
}

export function NewPolicyPage({ onCreated }: NewPolicyPageProps) {
  usePageTitle('Create policy');
  const mayCreate = useCan('policies.create');
  return (
    <>
      <BackLink to="/policies">Policies</BackLink>
      <PageHeader title="Create policy" />
      {mayCreate ? (
        <NewPolicyForm onCreated={onCreated} />
      ) : (
        <LackedScope scope="policies.create" what="how to create policies" />
      )}
    </>
  );
}
