import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { api } from '../../../lib/api.ts';
import { refresh } from '../../../lib/query-client.ts';

export type AuditLog = RouteOutput<Routes['getAuditLog']>;

const REFRESH_MS = 15_000;

export const auditLogQuery = queryOptions({
  queryKey: ['audit', 'log'],
  queryFn: ({ signal }) => api.getAuditLog({}, { signal }),
  refetchInterval: REFRESH_MS,
});

export const updateAuditLogMutation = mutationOptions({
  mutationFn: (retentionDays: number | null) => api.updateAuditLog({ body: { retentionDays } }),
  onSuccess: refresh(auditLogQuery),
});
