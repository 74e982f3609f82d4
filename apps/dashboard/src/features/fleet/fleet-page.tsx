import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { LackedScope, useCan } from '../sessions/index.ts';
import { useChosenWorkspace } from '../workspaces/index.ts';
import { gatewaysQuery, joinKeysQuery } from './fleet-queries.ts';
import { GatewaysPanel } from './gateways/gateways-panel.tsx';
import { NoGateways } from './gateways/no-gateways.tsx';
import { JoinKeysPanel } from './join-keys/join-keys-panel.tsx';
import { NewJoinKeyFlow } from './join-keys/new-join-key-flow.tsx';

export function FleetPage() {
  usePageTitle('Fleet');
  const mayRead = useCan('fleet.read');
  const mayManage = useCan('fleet.manage');
  const workspaceId = useChosenWorkspace();
  const gateways = useQuery({ ...gatewaysQuery(workspaceId), enabled: mayRead });
  const joinKeys = useQuery({ ...joinKeysQuery(workspaceId), enabled: mayRead });
  const [creating, setCreating] = useState(false);
  const none = gateways.data?.length === 0;
  const create = mayManage ? () => setCreating(true) : undefined;
  return (
    <>
      <PageHeader title="Fleet">
        {create && !none ? (
          <Button look="primary" onClick={create}>
            <Plus size={16} aria-hidden />
            New join key
          </Button>
        ) : null}
      </PageHeader>
      <p className="-mt-3 mb-5 max-w-prose text-soft">
        A gateway runs in front of an API and admits only requests with a valid key. It decides from
        its own snapshot of the workspace, so it keeps working while the control plane is down.
      </p>
      {mayRead ? (
        <div className="flex flex-col gap-5">
          {none ? <NoGateways onCreate={create} /> : <GatewaysPanel list={gateways} />}
          {none && joinKeys.data?.length === 0 ? null : <JoinKeysPanel list={joinKeys} />}
        </div>
      ) : (
        <LackedScope scope="fleet.read" what="the fleet" />
      )}
      {creating ? <NewJoinKeyFlow onClose={() => setCreating(false)} /> : null}
    </>
  );
}
