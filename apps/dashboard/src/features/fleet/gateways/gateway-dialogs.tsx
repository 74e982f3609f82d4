import type { GatewayAction } from './gateway-action.ts';
import { GatewayDetailsDialog } from './gateway-details-dialog.tsx';
import { LabelGatewayDialog } from './label-gateway-dialog.tsx';
import { RemoveGatewayDialog } from './remove-gateway-dialog.tsx';
import { RenameGatewayDialog } from './rename-gateway-dialog.tsx';

interface GatewayDialogsProps {
  readonly action: GatewayAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function GatewayDialogs({ action, onClose }: GatewayDialogsProps) {
  if (!action) return null;
  const props = { gateway: action.gateway, onClose };
  switch (action.kind) {
    case 'view':
      return <GatewayDetailsDialog {...props} />;
    case 'rename':
      return <RenameGatewayDialog {...props} />;
    case 'label':
      return <LabelGatewayDialog {...props} />;
    case 'remove':
      return <RemoveGatewayDialog {...props} />;
  }
}
