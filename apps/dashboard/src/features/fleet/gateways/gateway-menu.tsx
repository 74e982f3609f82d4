import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, Info, Pencil, Tags, Trash2 } from 'lucide-react';
import { toast } from 'sonner';
import { MenuItem, MenuSeparator, RecordMenu } from '../../../components/menu.tsx';
import { explainError } from '../../../lib/api-errors.ts';
import { offerUndo } from '../../../lib/offer-undo.ts';
import { refreshFleet, updateGatewayMutation } from '../queries.ts';
import type { GatewayAction } from './gateway-dialogs.tsx';

interface GatewayMenuProps {
  readonly gateway: Gateway;
  readonly onAction: (action: GatewayAction) => void;
}

/** What can be done with the gateway by those who manage the fleet. */
export function GatewayMenu({ gateway, onAction }: GatewayMenuProps) {
  const drain = useDrain();
  const { draining } = gateway;
  return (
    <RecordMenu name={gateway.name}>
      <MenuItem
        icon={<Info size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'view', gateway })}
      >
        View details
      </MenuItem>
      <MenuItem
        icon={<Pencil size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'rename', gateway })}
      >
        Rename…
      </MenuItem>
      <MenuItem
        icon={<Tags size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'label', gateway })}
      >
        Edit labels…
      </MenuItem>
      <MenuItem
        icon={
          draining ? <CirclePlay size={15} aria-hidden /> : <CirclePause size={15} aria-hidden />
        }
        onSelect={() => drain({ gateway, draining: !draining })}
      >
        {draining ? 'Undo draining' : 'Drain'}
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        danger
        icon={<Trash2 size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'remove', gateway })}
      >
        Remove…
      </MenuItem>
    </RecordMenu>
  );
}

interface Drain {
  readonly gateway: Pick<Gateway, 'id' | 'name'>;
  readonly draining: boolean;
}

const UNDO_MS = 10_000;

/** Drains a gateway, or takes it back into service. Both can be undone from the toast. */
function useDrain(): (drain: Drain) => void {
  const queryClient = useQueryClient();
  const { mutateAsync } = useMutation(updateGatewayMutation);

  async function drain({ gateway, draining }: Drain): Promise<void> {
    try {
      await mutateAsync({ id: gateway.id, body: { draining } });
      toastDrained({ gateway, draining }, () => drain({ gateway, draining: !draining }));
    } catch (error) {
      toast.error(`Cannot ${draining ? 'drain' : 'undo draining'} ${gateway.name}`, {
        description: explainError(error),
      });
      await refreshFleet(queryClient);
    }
  }

  return drain;
}

function toastDrained({ gateway, draining }: Drain, onUndo: () => void): void {
  const id = toast.success(
    draining ? `Draining ${gateway.name}` : `${gateway.name} is back in service`,
    {
      description: draining
        ? 'It reports that it is not ready, so that load balancers use other gateways. Requests that still reach it are decided.'
        : 'It reports that it is ready again.',
      duration: UNDO_MS,
      action: { label: 'Undo', onClick: onUndo },
    },
  );
  offerUndo(() => toast.dismiss(id));
}
