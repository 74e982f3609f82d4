import { randomUUID } from 'node:crypto';
import type { AuditAction } from '@tollkeeper/contract';
import type { Source } from './transact.ts';

/** A change that a job makes, as `commit` takes it. @param job names it in the audit log */
export function jobSource(organizationId: string, job: string, action: AuditAction): Source {
  return {
    ...{ organizationId, action, actor: { type: 'system', job } },
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
}
