import { useQuery } from '@tanstack/react-query';
import { AppliedPanel } from '../../fleet/index.ts';
import { propagationQuery } from '../propagation.tsx';

/** Which gateways decide by the key as it is now. */
export function KeyGateways({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(propagationQuery([id]));
  return <AppliedPanel what="key" propagation={data} error={error} onRetry={refetch} />;
}
