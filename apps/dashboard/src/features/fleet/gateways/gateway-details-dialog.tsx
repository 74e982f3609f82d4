import { useQuery } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../../components/forms/dialog.tsx';
import { Fact, Facts, IdFact } from '../../../components/panel.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { formatCount } from '../../../lib/format.ts';
import { useNow } from '../../../lib/server-clock.ts';
import { OwnEventsPanel } from '../../audit-events/index.ts';
import { WorkspaceName } from '../../workspaces/index.ts';
import { LabelChips } from '../labels.tsx';
import { gatewayQuery } from '../queries.ts';
import {
  CallsFigure,
  ContactFigure,
  GatewayStateWord,
  GatewayWarningList,
  LoadFigure,
  VersionFigure,
} from './gateway-figures.tsx';
import { gatewayWarnings, staleWords, UPSTREAM_WORDS } from './gateway-state.ts';

interface GatewayDetailsDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
}

/** All that is known of a gateway, kept up to date while one looks. */
export function GatewayDetailsDialog({ gateway: opened, onClose }: GatewayDetailsDialogProps) {
  const { data: gateway = opened } = useQuery(gatewayQuery(opened.id));
  const warnings = gatewayWarnings(gateway, useNow());
  return (
    <Dialog title={gateway.name} width="wide" onClose={onClose}>
      <DialogBody>
        <GatewayWarningList warnings={warnings} />
        <div className="-mx-5">
          <GatewayFacts gateway={gateway} />
        </div>
        <OwnEventsPanel what="gateway" id={gateway.id} />
      </DialogBody>
      <DialogFooter>
        <Button data-initial-focus onClick={onClose}>
          Close
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

function GatewayFacts({ gateway }: { readonly gateway: Gateway }) {
  const { state, draining, staleMaxMs, spooledCalls, labels } = gateway;
  return (
    <Facts>
      <Fact term="State">
        <GatewayStateWord state={state} draining={draining} />
      </Fact>
      <Fact term="Version">
        <VersionFigure gateway={gateway} />
      </Fact>
      <Fact term="Last contact">
        <ContactFigure gateway={gateway} />
      </Fact>
      <Fact term="While disconnected">{capitalized(staleWords(staleMaxMs))}</Fact>
      <Fact term="From">
        <Places instances={gateway.instances} />
      </Fact>
      <Fact term="Calls">
        <CallsFigure gateway={gateway} /> a minute
        {spooledCalls ? `, ${formatCount(spooledCalls)} counted but not reported yet` : null}
      </Fact>
      <Fact term="CPU, memory">
        <LoadFigure gateway={gateway} />
      </Fact>
      {gateway.upstreams.length > 0 ? (
        <Fact term="Upstreams">
          <Upstreams upstreams={gateway.upstreams} />
        </Fact>
      ) : null}
      <Fact term="Audit log">
        <Witnessed witness={gateway.witness} />
      </Fact>
      <Fact term="Workspace">
        <WorkspaceName id={gateway.workspaceId} />
      </Fact>
      <Fact term="Labels">
        {Object.keys(labels).length > 0 ? <LabelChips labels={labels} /> : 'None'}
      </Fact>
      <Fact term="Software">{gateway.softwareVersion ?? 'Unknown'}</Fact>
      <Fact term="Joined">
        <TimeAgoButton at={gateway.createdAt} />
      </Fact>
      <IdFact id={gateway.id} />
    </Facts>
  );
}

/** Up to where the gateway is a witness of the audit log. */
function Witnessed({ witness: { size, cosignedAt } }: Pick<Gateway, 'witness'>) {
  if (size === null || cosignedAt === null) return 'Nothing cosigned yet';
  return (
    <>
      Cosigned up to event {formatCount(size)}, <TimeAgoButton at={cosignedAt} />
    </>
  );
}

function Places({ instances }: Pick<Gateway, 'instances'>) {
  if (instances.length === 0) return 'Not connected now';
  return (
    <ul>
      {instances.map(({ address, hostname, connectedAt }) => (
        <li key={`${address} ${hostname} ${connectedAt}`}>
          {hostname} <span className="text-soft">({address})</span>, since{' '}
          <TimeAgoButton at={connectedAt} />
        </li>
      ))}
    </ul>
  );
}

function Upstreams({ upstreams }: Pick<Gateway, 'upstreams'>) {
  return (
    <ul>
      {upstreams.map(({ url, state }) => (
        <li key={url} className="[overflow-wrap:anywhere]">
          {url} <span className="text-soft">({UPSTREAM_WORDS[state]})</span>
        </li>
      ))}
    </ul>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
