import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Gateway } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { api } from '../../../lib/api.ts';
import { explainError } from '../../../lib/explain-error.ts';
import { offerUndo } from '../../../lib/offer-undo.ts';
import { refreshFleet, showChangedGateway } from '../fleet-queries.ts';

interface Drain {
  readonly gateway: Pick<Gateway, 'id' | 'name'>;
  readonly draining: boolean;
}

const UNDO_MS = 10_000;

/** Drains a gateway, or takes it back into service. Either offers its own undoing in the toast. */
export function useDrain(): (drain: Drain) => void {
  const queryClient = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: ({ gateway: { id }, draining }: Drain) =>
      api.updateGateway({ params: { id }, body: { draining } }),
    onSuccess: (changed, { gateway, draining }) => {
      const id = toast.success(
        draining ? `Draining ${gateway.name}` : `${gateway.name} is back in service`,
        {
          description: draining
            ? 'It reports that it is not ready, so that load balancers use other gateways. Requests that still reach it are decided.'
            : 'It reports that it is ready again.',
          duration: UNDO_MS,
          action: { label: 'Undo', onClick: () => mutate({ gateway, draining: !draining }) },
        },
      );
      offerUndo(() => toast.dismiss(id));
      return showChangedGateway(queryClient, changed);
    },
    onError: (error, { gateway, draining }) => {
      toast.error(`Cannot ${draining ? 'drain' : 'undo draining'} ${gateway.name}`, {
        description: explainError(error),
      });
      return refreshFleet(queryClient);
    },
  });
  return mutate;
}
