import { randomBytes } from 'node:crypto';
import { deriveAuditLogKey } from '@tollkeeper/protocol';
import type { Services } from '../context.ts';
import type { LogServices } from '../transparency-log/log-identity.ts';

/** What integrates an audit log without a server. */
export function createLogServices({ db, log }: Pick<Services, 'db' | 'log'>): LogServices {
  return {
    ...{ db, log, randomBytes },
    clock: () => new Date(),
    changeFeed: { waitUntilApplied: async () => undefined },
    baseUrl: 'https://keys.example.com',
    auditLogKey: deriveAuditLogKey('a secret of tests'),
    onCheckpoint: () => undefined,
  };
}
