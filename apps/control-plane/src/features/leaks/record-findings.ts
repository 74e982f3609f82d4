import { createHash } from 'node:crypto';
import {
  createId,
  LEAK_PLACES_MAX,
  type LeakAction,
  type LeakReporter,
  type LeakResponse,
} from '@tollkeeper/contract';
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { among } from '../../db/among.ts';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, leak, organization } from '../../db/schema/index.ts';
import type { FurtherEvent, Replayed, Written } from '../../write/write.ts';
import { isDisabledByOwner, type StoppedKeys, stopLeakedKeys } from '../api-keys/index.ts';
import { plainText } from './plain-text.ts';

/** A key that was found, and where. */
export interface Finding {
  readonly keyId: string;
  readonly isInForce: boolean;
  readonly url: string | null;
  readonly source: string | null;
}

export interface LeakReport {
  readonly reporter: LeakReporter;
  /** A member of the organization. */
  readonly reportedBy: string | null;
  readonly requestId: string;
  readonly findings: readonly Finding[];
}

export interface RecordedFindings {
  /** The report of each finding, in their order; undefined where the key is gone, or has too many places. */
  readonly leakIds: readonly (string | undefined)[];
  /** What the keys created still has to end. */
  readonly cascadeId: string | undefined;
}

type Key = typeof apiKey.$inferSelect;
type LeakRow = typeof leak.$inferInsert;

/**
 * Stores each finding that is new, and does with its key what the organization has chosen. A finding that
 * was stored before is handled, whatever has become of its report.
 */
export async function recordFindings(
  tx: Transaction,
  services: Pick<Services, 'clock' | 'randomBytes'>,
  organizationId: string,
  report: LeakReport,
): Promise<Written<RecordedFindings> | Replayed<RecordedFindings>> {
  const ids = [...new Set(report.findings.map((each) => each.keyId))];
  const responses = await readResponses(tx, organizationId);
  const keys = await lockKeys(tx, organizationId, ids);
  const known = await readKnown(tx, organizationId, ids);
  const now = services.clock();
  const added: LeakRow[] = [];
  const beyond: string[] = [];
  const leakIds = report.findings.map((finding) => {
    const key = keys.get(finding.keyId);
    if (!key || !responses) return undefined;
    const place = placeOf(report.reporter, finding);
    const places = known.get(key.id) ?? new Map<string, string>();
    const hash = place.placeHash.toString('hex');
    const existing = places.get(hash);
    if (existing !== undefined) return existing;
    if (places.size >= LEAK_PLACES_MAX) {
      beyond.push(key.id);
      return undefined;
    }
    const id = createId('leak', services.randomBytes);
    known.set(key.id, places.set(hash, id));
    const action = actionOf(key, finding, responses);
    added.push({ ...rowOf(id, key, now), ...report, ...place, action, status: 'open' });
    return id;
  });
  if (added.length > 0) await insertLeaks(tx, organizationId, added);
  await countBeyond(tx, organizationId, beyond);
  if (added.length === 0) return { replayed: { leakIds, cascadeId: undefined } };
  const stopped = await stopKeys(tx, organizationId, report, { added, keys, now });
  const [first, ...events] = added.map(eventOf);
  if (!first) throw new Error('Findings were added, and none of them is there');
  const { action: _action, ...details } = first;
  return {
    result: { leakIds, cascadeId: stopped.cascadeId },
    ...details,
    furtherEvents: [...events, ...stopped.events],
    changes: stopped.changes,
  };
}

function stopKeys(
  tx: Transaction,
  organizationId: string,
  { reporter, requestId }: LeakReport,
  found: {
    readonly added: readonly LeakRow[];
    readonly keys: ReadonlyMap<string, Key>;
    readonly now: Date;
  },
): Promise<StoppedKeys> {
  const with_ = (action: LeakAction) => {
    const ids = new Set(found.added.filter((row) => row.action === action).map((row) => row.keyId));
    return [...found.keys.values()].filter((key) => ids.has(key.id));
  };
  return stopLeakedKeys(tx, {
    ...{ organizationId, requestId, now: found.now },
    ...{ revoked: with_('revoked'), disabled: with_('disabled') },
    reason: REASONS[reporter],
  });
}

const REASONS: Readonly<Record<LeakReporter, string>> = {
  github: 'Leaked: GitHub found it in public',
  holder: 'Leaked: reported by somebody who holds it',
  member: 'Leaked: reported by a member',
};

type Responses = Readonly<Record<'live' | 'test', LeakResponse>>;

/** Undefined where the organization was deleted. */
async function readResponses(
  tx: Transaction,
  organizationId: string,
): Promise<Responses | undefined> {
  const [row] = await tx
    .select({ live: organization.leakResponse, test: organization.testLeakResponse })
    .from(organization)
    .where(and(eq(organization.id, organizationId), isNull(organization.deletedAt)));
  return row;
}

/** In the order of ids, as all lock keys. */
async function lockKeys(tx: Transaction, organizationId: string, ids: readonly string[]) {
  const rows = await tx
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.organizationId, organizationId), among(apiKey.id, ids)))
    .orderBy(asc(apiKey.id))
    .for('update');
  return new Map(rows.map((row) => [row.id, row]));
}

/** Places by key, and by their hash the report. */
async function readKnown(tx: Transaction, organizationId: string, ids: readonly string[]) {
  const rows = await tx
    .select({ id: leak.id, keyId: leak.keyId, placeHash: leak.placeHash })
    .from(leak)
    .where(and(eq(leak.organizationId, organizationId), among(leak.keyId, ids)));
  const known = new Map<string, Map<string, string>>();
  for (const { id, keyId, placeHash } of rows) {
    const places = known.get(keyId) ?? new Map<string, string>();
    known.set(keyId, places.set(placeHash.toString('hex'), id));
  }
  return known;
}

function placeOf(reporter: LeakReporter, finding: Finding) {
  const [url, source] = [plainText(finding.url), plainText(finding.source)];
  const placeHash = createHash('sha256')
    .update(JSON.stringify([reporter, url, source]))
    .digest();
  return { url, source, placeHash };
}

/**
 * What is out of force for good needs nothing; and a canary key is there to be found. What its owner could bring
 * back, by a later expiry or by enabling it, is stopped as well: the secret stays the same.
 */
function actionOf(key: Key, { isInForce }: Finding, responses: Responses): LeakAction {
  if (key.canary || key.status === 'revoked' || !isInForce) return 'none';
  const response = responses[key.prefix.startsWith('tk_test_') ? 'test' : 'live'];
  switch (response) {
    case 'revoke':
      return 'revoked';
    case 'disable':
      return key.status === 'active' || isDisabledByOwner(key) ? 'disabled' : 'none';
    case 'warn':
      return 'warned';
  }
}

function rowOf(id: string, key: Key, now: Date) {
  const { organizationId, memberId, workspaceId, canary } = key;
  const named = { keyId: key.id, keyName: key.name, keyPrefix: key.prefix };
  return { id, organizationId, ...named, canary, memberId, workspaceId, createdAt: now };
}

/** One parameter for each column: a statement with one for each value took half of the time of a large report. */
async function insertLeaks(
  tx: Transaction,
  organizationId: string,
  rows: readonly LeakRow[],
): Promise<void> {
  const [{ reporter, reportedBy = null, createdAt }] = rows as [LeakRow];
  const column = (name: keyof LeakRow) => sql.param(rows.map((row) => row[name] ?? null));
  await tx.execute(sql`
    insert into leak (organization_id, id, key_id, key_name, key_prefix, canary, member_id, workspace_id, reporter,
      reported_by, url, source, place_hash, action, status, created_at)
    select key.organization_id, found.id, key.id, key.name, key.prefix, key.canary, key.member_id,
      key.workspace_id, ${reporter}::text, ${reportedBy}::text, found.url, found.source, found.place_hash,
      found.action, 'open', ${createdAt.toISOString()}::timestamptz
    from unnest(${column('id')}::text[], ${column('keyId')}::text[], ${column('url')}::text[],
        ${column('source')}::text[], ${column('placeHash')}::bytea[], ${column('action')}::text[])
      as found (id, key_id, url, source, place_hash, action)
    join api_key as key on key.organization_id = ${organizationId} and key.id = found.key_id`);
}

function eventOf(row: LeakRow): FurtherEvent {
  const { id: leakId, reporter, reportedBy = null, url = null, source = null, action } = row;
  return {
    action: 'api_key.report_leak',
    target: {
      type: 'api_key',
      id: row.keyId,
      name: row.keyName,
      workspaceId: row.workspaceId ?? null,
    },
    before: null,
    after: { leakId, reporter, reportedBy, url, source, action },
  };
}

/** Counted at the newest report of the key. */
async function countBeyond(
  tx: Transaction,
  organizationId: string,
  keyIds: readonly string[],
): Promise<void> {
  for (const [keyId, reports] of Map.groupBy(keyIds, (id) => id)) {
    const newest = tx
      .select({ id: leak.id })
      .from(leak)
      .where(and(eq(leak.organizationId, organizationId), eq(leak.keyId, keyId)))
      .orderBy(desc(leak.createdAt), desc(leak.id))
      .limit(1);
    await tx
      .update(leak)
      .set({ furtherReports: sql`least(${leak.furtherReports} + ${reports.length}, 1000000)` })
      .where(and(eq(leak.organizationId, organizationId), eq(leak.id, sql`(${newest})`)));
  }
}
