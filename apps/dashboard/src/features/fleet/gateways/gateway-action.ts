import type { Gateway } from '@tollkeeper/contract';

/** What the person has begun to do with a gateway. */
export interface GatewayAction {
  readonly kind: 'view' | 'rename' | 'label' | 'remove';
  readonly gateway: Gateway;
}

export interface GatewayDialogProps {
  readonly gateway: Gateway;
  readonly onClose: () => void;
}
