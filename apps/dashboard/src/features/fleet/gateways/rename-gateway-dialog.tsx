import { useQueryClient } from '@tanstack/react-query';
import { RenameDialog } from '../../../components/rename-dialog.tsx';
import { api } from '../../../lib/api.ts';
import { showChangedGateway } from '../fleet-queries.ts';
import type { GatewayDialogProps } from './gateway-action.ts';

export function RenameGatewayDialog({ gateway, onClose }: GatewayDialogProps) {
  const queryClient = useQueryClient();

  async function rename(name: string): Promise<string> {
    const renamed = await api.updateGateway({ params: { id: gateway.id }, body: { name } });
    void showChangedGateway(queryClient, renamed);
    return renamed.name;
  }

  return <RenameDialog what="gateway" name={gateway.name} rename={rename} onClose={onClose} />;
}
