import { canonicalJson } from './canonical-json.ts';

/** An audit event as it is a leaf of its organization's log; the hash chain covers the same. */
export interface AuditLeaf {
  readonly id: string;
  readonly organizationId: string;
  readonly sequence: number;
  readonly at: Date | string;
  readonly actor: object;
  readonly action: string;
  readonly target: object;
  readonly before: object | null;
  readonly after: object | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/** The leaf's text: canonical JSON of these fields, whatever else the event has. Its index is `sequence - 1`. */
export function auditLeafText(event: AuditLeaf): string {
  const { id, organizationId, sequence, at, actor, action, target } = event;
  const { before, after, ip, userAgent, requestId } = event;
  return canonicalJson({
    ...{ id, organizationId, sequence, at, actor, action, target },
    ...{ before, after, ip, userAgent, requestId },
  });
}
