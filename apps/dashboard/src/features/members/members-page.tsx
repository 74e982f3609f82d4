import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, usePageTitle } from '../../components/page.tsx';
import { InvitationsPanel, InviteFlow } from '../invitations/index.ts';
import { useCan } from '../sessions/index.ts';
import { type MemberAction, MemberDialogs } from './member-dialogs.tsx';
import { MemberTable } from './member-table.tsx';
import { membersQuery } from './queries.ts';

export function MembersPage() {
  usePageTitle('Members');
  const mayRead = useCan('members.read');
  const mayInvite = useCan('members.invite');
  const [inviting, setInviting] = useState(false);
  const [action, setAction] = useState<MemberAction>();
  const { data, error, refetch } = useQuery({ ...membersQuery, enabled: mayRead });
  return (
    <>
      <PageHeader title="Members">
        {mayInvite ? (
          <Button look="primary" onClick={() => setInviting(true)}>
            <UserPlus size={16} aria-hidden />
            Invite member
          </Button>
        ) : null}
      </PageHeader>
      <div className="flex flex-col gap-5">
        {mayRead ? null : <LackedScope scope="members.read" what="members" />}
        {error && !data ? <LoadError what="the members" error={error} onRetry={refetch} /> : null}
        {mayRead && (data || !error) ? <MemberTable members={data} onAction={setAction} /> : null}
        {mayRead ? <InvitationsPanel /> : null}
      </div>
      <MemberDialogs action={action} onClose={() => setAction(undefined)} />
      {inviting ? <InviteFlow onClose={() => setInviting(false)} /> : null}
    </>
  );
}
