/** Device login, by Better Auth's endpoints, which no contract declares: answers are parsed here. */
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { changeSession, readSession } from '../../lib/api.ts';

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

interface DeviceDecision {
  readonly userCode: string;
  readonly status: 'approved' | 'denied';
}

export const decideDeviceMutation = mutationOptions({
  mutationFn: ({ userCode, status }: DeviceDecision) =>
    changeSession(status === 'approved' ? 'device/approve' : 'device/deny', { userCode }),
  onSuccess: (_answer, { userCode, status }, _result, { client }) => {
    client.setQueryData(deviceQuery(userCode).queryKey, { user_code: userCode, status });
  },
});
