import type { CallCounts } from '@tollkeeper/gateway-core';

/** Whose call is counted. */
export interface UsageSubject {
  readonly organizationId: string;
  readonly keyId: string;
  readonly ownerId: string;
  readonly workspaceId: string | null;
}

/** The calls of one key in one minute, from one source. */
export interface UsageRow extends UsageSubject, CallCounts {
  readonly minuteMs: number;
}
