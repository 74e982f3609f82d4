import { useQuery } from '@tanstack/react-query';
import { Plus, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LackedScope } from '../../components/notice.tsx';
import { EmptyState, PageHeader, usePageTitle } from '../../components/page.tsx';
import { useCan } from '../sessions/index.ts';
import { useChosenWorkspace } from '../workspaces/index.ts';
import { GatewaysPanel } from './gateways/gateways-panel.tsx';
import { JoinKeysPanel } from './join-keys/join-keys-panel.tsx';
import { NewJoinKeyFlow } from './join-keys/new-join-key-dialog.tsx';
import { gatewaysQuery, joinKeysQuery } from './queries.ts';

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
      <PageHeader
        title="Fleet"
        lead="A gateway runs in front of an API and admits only requests with a valid key. It decides from its own snapshot of the workspace, so it keeps working while the control plane is down."
      >
        {create && !none ? (
          <Button look="primary" onClick={create}>
            <Plus size={16} aria-hidden />
            New join key
          </Button>
        ) : null}
      </PageHeader>
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

/** Before the first gateway: what one is for, and the one button. */
function NoGateways({ onCreate }: { readonly onCreate: (() => void) | undefined }) {
  return (
    <section aria-label="Gateways" className="rounded-xl border border-line bg-surface">
      <EmptyState
        icon={<Waypoints size={24} />}
        title="No gateways yet"
        action={
          onCreate ? (
            <Button look="primary" onClick={onCreate}>
              <Plus size={16} aria-hidden />
              New join key
            </Button>
          ) : null
        }
      >
        <p>
          Put a gateway in front of an internal service, an LLM provider or an MCP server. It admits
          only valid keys, counts every call and stops any key at once. To add the first one, create
          a join key and run one command on the gateway's machine.
        </p>
        {onCreate ? null : <p className="mt-2">Your role cannot create join keys. Ask an admin.</p>}
      </EmptyState>
    </section>
  );
}
