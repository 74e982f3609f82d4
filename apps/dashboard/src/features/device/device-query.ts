import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { readSession } from '../../lib/session-endpoint.ts';

const device = z.looseObject({ user_code: z.string(), status: z.string() });

/** Reading it also ties the login to the session that reads it first. */
export function deviceQuery(userCode: string) {
  return queryOptions({
    queryKey: ['device', userCode],
    queryFn: async () => device.parse(await readSession('device', { user_code: userCode })),
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  });
}
