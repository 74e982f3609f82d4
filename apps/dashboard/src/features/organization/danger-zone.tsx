import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { useCan } from '../sessions/index.ts';
import { DeleteOrganizationDialog } from './delete-organization-dialog.tsx';
import type { Organization } from './organization-query.ts';
import { TransferDialog } from './transfer-dialog.tsx';

interface DangerZoneProps {
  readonly organization: Organization;
  readonly onGone: () => Promise<void>;
}

/** What only the owner may do, and cannot undo alone. */
export function DangerZone({ organization, onGone }: DangerZoneProps) {
  const mayTransfer = useCan('organization.transfer');
  const mayDelete = useCan('organization.delete');
  const [open, setOpen] = useState<'transfer' | 'delete'>();
  const close = () => setOpen(undefined);
  if (!mayTransfer && !mayDelete) return null;
  return (
    <Panel title="Danger zone">
      <ul className="divide-y divide-line px-5 pb-2">
        {mayTransfer ? (
          <Danger
            title="Transfer ownership"
            text="Another member becomes the owner, and you become an admin."
          >
            <Button look="danger" onClick={() => setOpen('transfer')}>
              Transfer…
            </Button>
          </Danger>
        ) : null}
        {mayDelete ? (
          <Danger
            title="Delete the organization"
            text="Every key is revoked at once. The audit log stays for 30 days. Then everything is erased."
          >
            <Button look="danger" onClick={() => setOpen('delete')}>
              Delete…
            </Button>
          </Danger>
        ) : null}
      </ul>
      {open === 'transfer' ? <TransferDialog onClose={close} /> : null}
      {open === 'delete' ? (
        <DeleteOrganizationDialog organization={organization} onClose={close} onGone={onGone} />
      ) : null}
    </Panel>
  );
}

interface DangerProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

function Danger({ title, text, children }: DangerProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0 flex-[1_1_16rem]">
        <h3 className="font-medium">{title}</h3>
        <p className="text-[0.8125rem] text-soft">{text}</p>
      </div>
      {children}
    </li>
  );
}
