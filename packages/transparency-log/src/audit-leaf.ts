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
  const { action, actor, after, at, before, id, ip, organizationId } = event;
  const { requestId, sequence, target, userAgent } = event;
  // The names in their order, which so are not sorted for each event: nearly all that is done to the log is this.
  return (
    `{"action":${canonicalJson(action)},"actor":${canonicalJson(actor)},"after":${canonicalJson(after)}` +
    `,"at":${canonicalJson(at)},"before":${canonicalJson(before)},"id":${canonicalJson(id)}` +
    `,"ip":${canonicalJson(ip)},"organizationId":${canonicalJson(organizationId)}` +
    `,"requestId":${canonicalJson(requestId)},"sequence":${canonicalJson(sequence)}` +
    `,"target":${canonicalJson(target)},"userAgent":${canonicalJson(userAgent)}}`
  );
}

/** Undefined where a database holds what no server writes, such as a number past what JSON expresses here. */
export function findLeafText(event: AuditLeaf): string | undefined {
  try {
    return auditLeafText(event);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
