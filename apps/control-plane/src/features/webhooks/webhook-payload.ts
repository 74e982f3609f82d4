import { auditEvent, type WebhookPayload } from '@tollkeeper/contract';
import { getTableColumns } from 'drizzle-orm';
import { auditEvent as eventTable } from '../../db/schema/index.ts';

const { hash: _hash, previousHash: _previousHash, ...columns } = getTableColumns(eventTable);

/** What a payload needs of an event. */
export const payloadColumns = columns;

export type PayloadEvent = Omit<typeof eventTable.$inferSelect, 'hash' | 'previousHash'>;

/** The same bytes for every attempt: nothing changes an event. */
export function payloadText(event: PayloadEvent): string {
  const data = auditEvent.parse({ ...event, at: event.at.toISOString() });
  return JSON.stringify({ type: data.action, timestamp: data.at, data } satisfies WebhookPayload);
}
