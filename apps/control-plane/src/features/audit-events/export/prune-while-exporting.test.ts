import { exportCursor } from '@tollkeeper/contract';
import { VerificationError, verifyExport } from '@tollkeeper/transparency-log';
import { and, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { auditEvent, organization } from '../../../db/schema/index.ts';
import { pruneAuditEvents } from '../../../jobs/prune-audit-events.ts';
import { type AuditWorld, startAuditWorld } from '../../../testing/audit-world.ts';
import { findLog, integrateAuditLog } from '../../../transparency-log/index.ts';
import { append } from '../../../write/append.ts';
import { lockChainEnd } from '../../../write/audit.ts';
import { provenLines } from './proven-lines.ts';

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 30;
/** Some on each day, large ones: few of them fill a batch of the export. */
const DAYS = 8;
const OF_A_DAY = 8;
const EVENTS = DAYS * OF_A_DAY;

let world: AuditWorld;
let organizationId: string;
let runs = 0;

beforeAll(async () => {
  world = await startAuditWorld();
});

const servicesOn = (day: number) => ({ ...world.services, clock: () => new Date(day * DAY_MS) });

/** A log of its own, all of which is in the tree. */
async function startLog(): Promise<void> {
  runs += 1;
  organizationId = `org_${runs}`;
  const { db, services } = world;
  const row = { id: organizationId, name: 'Acme', slug: organizationId, createdAt: new Date() };
  await db.insert(organization).values({ ...row, auditRetentionDays: RETENTION_DAYS });
  for (let day = 0; day < DAYS; day += 1) await appendEvents(day);
  await integrateAuditLog(services, organizationId);
}

async function appendEvents(day: number): Promise<void> {
  const entry = {
    ...{ organizationId, actor: { type: 'system', job: 'test' }, action: 'api_key.create' },
    target: { type: 'api_key', id: 'key_1', name: 'ci', workspaceId: null },
    ...{ before: null, after: { text: 'x'.repeat(60_000) } },
    origin: { ip: null, userAgent: null, requestId: 'req_1' },
  } as const;
  await world.db.transaction(async (tx) => {
    const end = await lockChainEnd(tx, organizationId);
    await append(tx, servicesOn(day), end, Array(OF_A_DAY).fill(entry));
  });
}

/** Deletes the events of the first so many days. @returns how many are gone by then */
async function prune(days: number): Promise<number> {
  await pruneAuditEvents(servicesOn(RETENTION_DAYS + days));
  return days * OF_A_DAY;
}

const isOwn = () => eq(auditEvent.organizationId, organizationId);

/** An export of all events. @param between what happens after each part of it */
async function exportAll(between: (part: number) => Promise<'break off' | undefined>) {
  const { published } = await findLog(world.db, organizationId);
  if (!published) throw new Error('The log has no checkpoint');
  const log = { services: world.services, organizationId };
  const search = { matching: isOwn(), findWindow: undefined };
  let text = '';
  let part = 0;
  for (let after: number | undefined = undefined; ; ) {
    let isWhole = true;
    for await (const chunk of provenLines(log, search, published, {}, after)) {
      text += chunk.text;
      part += 1;
      if ((await between(part)) !== 'break off') continue;
      isWhole = false;
      break;
    }
    const lines = text.trimEnd().split('\n');
    if (isWhole) return lines;
    const cursor = exportCursor(lines[0] ?? '', lines.at(-1) ?? '', 'jsonl');
    after = cursor === undefined ? undefined : Number(cursor.split('-')[0]);
    if (after === undefined) text = '';
  }
}

const sequencesOf = (lines: readonly string[]): number[] =>
  lines
    .filter((line) => line.includes('"requestId":"req_1"'))
    .map((line) => JSON.parse(line).sequence);

const step = fc.record({
  part: fc.integer({ min: 1, max: 6 }),
  days: fc.integer({ min: 1, max: DAYS }),
  breaksOff: fc.boolean(),
});

it('an export of all events is proven, whatever the retention deletes while it runs or is broken off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 3 }), async (steps) => {
      await startLog();
      let gone = 0;
      const left = [...steps];
      const lines = await exportAll(async (part) => {
        const due = left.findIndex((each) => each.part <= part);
        const [next] = due < 0 ? [] : left.splice(due, 1);
        if (next) gone = Math.max(gone, await prune(next.days));
        return next?.breaksOff ? 'break off' : undefined;
      });
      const { events, leftOut, size } = await verifyExport(lines);
      const sequences = sequencesOf(lines);
      expect({ events, leftOut, size }).toEqual({
        ...{ events: sequences.length, leftOut: EVENTS - sequences.length, size: EVENTS },
      });
      const kept = Array.from({ length: EVENTS - gone }, (_, n) => gone + n + 1);
      expect(sequences).toEqual(expect.arrayContaining(kept));
    }),
    { numRuns: process.env.LONG ? 100 : 4 },
  );
});

it.each([
  ['says that the retention did', 999],
  ['says nothing', null],
])('names an event that somebody deletes meanwhile, who %s', async (_, first) => {
  await startLog();
  const deleted = EVENTS - 3;
  const lines = await exportAll(async (part) => {
    if (part !== 2) return;
    await prune(DAYS - 1);
    await world.db.delete(auditEvent).where(and(isOwn(), eq(auditEvent.sequence, deleted)));
    if (first === null) return;
    const moved = { auditFirstSequence: first };
    await world.db.update(organization).set(moved).where(eq(organization.id, organizationId));
    return undefined;
  });
  expect(lines.some((line) => line.startsWith('{"pruned"'))).toBe(true);
  const refused = await verifyExport(lines).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(VerificationError);
  expect(refused).toMatchObject({ sequence: deleted });
});
