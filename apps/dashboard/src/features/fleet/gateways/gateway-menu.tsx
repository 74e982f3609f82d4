import type { Gateway } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, Info, Pencil, Tags, Trash2 } from 'lucide-react';
import { MenuItem, MenuSeparator } from '../../../components/menu.tsx';
import { RecordMenu } from '../../../components/record-menu.tsx';
import type { GatewayAction } from './gateway-action.ts';
import { useDrain } from './use-drain.ts';

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
