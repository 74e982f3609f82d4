import { useQueryClient } from '@tanstack/react-query';
import type { Plan } from '@tollkeeper/contract';
import { useEffect } from 'react';
import { refetchAffected } from '../../lib/query-client.ts';
import { billingQuery } from './queries.ts';

const INTERVAL_MS = 2000;
const DURATION_MS = 60_000;

/**
 * After a checkout, reads the plan again for a while: it changes once the payment provider has sent its
 * event, which may be after the browser is back. With the plan, everything else is read again.
 */
export function useFollowCheckout(isPaid: boolean, plan: Plan | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isPaid) return;
    const read = () =>
      void client.invalidateQueries({ queryKey: billingQuery.queryKey, exact: true });
    const reading = setInterval(read, INTERVAL_MS);
    const ending = setTimeout(() => clearInterval(reading), DURATION_MS);
    return () => {
      clearInterval(reading);
      clearTimeout(ending);
    };
  }, [client, isPaid]);
  useEffect(() => {
    if (isPaid && plan !== undefined) void refetchAffected(client);
  }, [client, isPaid, plan]);
}
