/** Reads the audit log from its table, and checks its chain as a stranger would. */
import { createHash } from 'node:crypto';
import { and, asc, desc, eq, ne, sql } from 'drizzle-orm';
import { auditChain, auditEvent } from '../db/schema/index.ts';
import type { TestApp } from './test-app.ts';

export type AuditRow = typeof auditEvent.$inferSelect;

export async function auditEvents(app: TestApp, organizationId: string): Promise<AuditRow[]> {
  return app.services.db
    .select()
    .from(auditEvent)
    .where(eq(auditEvent.organizationId, organizationId))
    .orderBy(asc(auditEvent.sequence));
}

/** The newest event on the server that no fixture wrote. */
export async function newestAuditEvent(app: TestApp): Promise<AuditRow> {
  const [row] = await app.services.db
    .select()
    .from(auditEvent)
    .where(ne(auditEvent.action, 'test'))
    .orderBy(desc(auditEvent.at), desc(auditEvent.sequence))
    .limit(1);
  if (!row) throw new Error('The audit log is empty');
  return row;
}

export async function countAuditEvents(app: TestApp): Promise<number> {
  return app.services.db.$count(auditEvent);
}

/** The sequence of the first event that does not fit, or undefined; the end of the chain counts. */
export async function findBrokenLink(app: TestApp, organizationId: string) {
  let previous: Buffer = Buffer.alloc(32);
  let sequence = 0;
  for (const row of await auditEvents(app, organizationId)) {
    sequence += 1;
    const fits = row.sequence === sequence && row.previousHash.equals(previous);
    if (!fits || !hashOf(row).equals(row.hash)) return row.sequence;
    previous = row.hash;
  }
  const [end] = await app.services.db
    .select()
    .from(auditChain)
    .where(and(eq(auditChain.organizationId, organizationId), eq(auditChain.sequence, sequence)));
  return end?.hash.equals(previous) ? undefined : sequence + 1;
}

/** No event can be written from now on. @returns what ends that */
export async function refuseAuditEvents({ services: { db } }: TestApp) {
  await db.execute(sql`
    create function refuse_event() returns trigger language plpgsql as
    $$ begin raise exception 'the log is full'; end $$`);
  await db.execute(
    sql`create trigger full_log before insert on audit_event execute function refuse_event()`,
  );
  return () => db.execute(sql`drop function refuse_event() cascade`);
}

/** Written anew from the rule, not with the code that it checks. */
function hashOf({ hash: _hash, previousHash, ...event }: AuditRow): Buffer {
  const text = JSON.stringify(withSortedNames({ ...event, at: event.at.toISOString() }));
  return createHash('sha256')
    .update(Buffer.concat([previousHash, Buffer.from(text)]))
    .digest();
}

function withSortedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, withSortedNames(each)]));
}
