import { createHmac } from 'node:crypto';
import {
  createId,
  LOG_STREAM_SETTINGS,
  LOG_STREAM_SETTINGS_OF,
  LOG_STREAMS_MAX,
  type LogStream,
  type LogStreamDestination,
  type LogStreamSetting,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { requireScope, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { auditChain, logStream, organization } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { findUrlProblem, sealSecret } from '../../outgoing/index.ts';
import { logStreamFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { requireRoom } from '../../write/require-room.ts';
import { isSame, unlessUnchanged, type Written, write } from '../../write/write.ts';
import type { StreamRow } from './destinations/index.ts';
import { isStreamOf, lockStream, readStream, streamEtag, streamTarget } from './stream-view.ts';

type NewStream = RouteInput<Routes['createLogStream']>['body'];

/**
 * Creates a stream of all events that the log has, or of those after its own creation.
 * @throws DomainError outside_workspace, insufficient_scope without audit.read, validation_failed, invalid_state where there are too many
 */
export async function createLogStream(ctx: Ctx, { body }: { body: NewStream }): Promise<LogStream> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'audit.webhook_manage', action: 'log_stream.create' } as const;
  const created = await write<LogStream>(ctx, spec, async (tx, confirmed) => {
    // A stream sends whole events, which its creator could not read otherwise.
    requireScope(confirmed, 'audit.read');
    return idempotent<LogStream>(
      tx,
      confirmed,
      { route: 'createLogStream', body: withDigest(confirmed, body) },
      () => insertStream(tx, confirmed, body),
      (shown) => shown,
    );
  });
  ctx.services.logStreams.wake();
  return created;
}

/** The body as it is compared with that of a repeated request: what is stored of it must not show the secret. */
function withDigest({ services }: Ctx, body: NewStream): object {
  if (body.secret === undefined) return body;
  const { storedKey } = services.logStreams;
  return { ...body, secret: createHmac('sha256', storedKey).update(body.secret).digest('hex') };
}

async function insertStream(
  tx: Transaction,
  ctx: Ctx,
  body: NewStream,
): Promise<Written<LogStream>> {
  const { organizationId, services } = ctx;
  await requireRoom(tx, organizationId, logStream, { what: 'a log stream', max: LOG_STREAMS_MAX });
  const id = createId('logStream', services.randomBytes);
  const now = services.clock();
  const settings = usableSettings(ctx, body.destination, body);
  const row = {
    ...{ id, organizationId, name: body.name.trim(), destination: body.destination },
    ...{ format: body.format ?? ('native' as const), status: 'enabled' as const },
    ...{ ...settings, secret: sealed(ctx, id, body.secret) },
    sequence: await readStart(tx, organizationId, body.startAt ?? 'beginning'),
    nextAttemptAt: now,
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
  };
  const [stored] = await tx.insert(logStream).values(row).returning();
  return {
    result: await readStream(tx, ctx, id),
    target: streamTarget(row),
    before: null,
    after: { ...(stored ? logStreamFacts(stored) : {}), sequence: row.sequence },
    changes: [],
  };
}

type Settings = Readonly<Record<Exclude<LogStreamSetting, 'secret' | 'site'>, string | null>> &
  Pick<StreamRow, 'site'>;
type GivenSettings = Readonly<Partial<Record<LogStreamSetting, string | null | undefined>>>;

/**
 * The settings of a destination, all that it needs and none that it does not have.
 * @throws DomainError validation_failed naming the field
 */
function usableSettings(
  ctx: Ctx,
  destination: LogStreamDestination,
  given: GivenSettings & Pick<NewStream, 'site'>,
): Settings {
  const { required, optional } = LOG_STREAM_SETTINGS_OF[destination];
  for (const name of LOG_STREAM_SETTINGS) {
    const isGiven = given[name] !== undefined && given[name] !== null;
    if (!isGiven && required.includes(name)) {
      throw invalidField(name, `is needed for the destination "${destination}"`);
    }
    if (isGiven && !required.includes(name) && !optional.includes(name)) {
      throw invalidField(name, `is no setting of the destination "${destination}"`);
    }
  }
  const { url, site, index, tags, bucket, region, prefix, accessKeyId, header } = given;
  return {
    url: url ? usableUrl(ctx, url) : null,
    site: site ?? null,
    ...{ index: index ?? null, tags: tags ?? null, bucket: bucket ?? null },
    ...{ region: region ?? null, prefix: prefix ?? null, accessKeyId: accessKeyId ?? null },
    header: header ?? null,
  };
}

/** @throws DomainError validation_failed */
function usableUrl({ services }: Ctx, url: string): string {
  const problem = findUrlProblem(url, services.outgoing.allowance);
  if (problem) throw invalidField('url', problem);
  return new URL(url).href;
}

function sealed({ services }: Ctx, id: string, secret: string | null | undefined): Buffer | null {
  if (secret === null || secret === undefined) return null;
  const { storedKey } = services.logStreams;
  return sealSecret(storedKey, id, Buffer.from(secret), services.randomBytes);
}

/** The last event that a stream is not to send; what retention has deleted before is none that it loses. */
async function readStart(
  tx: Transaction,
  organizationId: string,
  startAt: NonNullable<NewStream['startAt']>,
): Promise<number> {
  const [row] = await tx
    .select({ end: auditChain.sequence, first: organization.auditFirstSequence })
    .from(organization)
    .leftJoin(auditChain, eq(auditChain.organizationId, organization.id))
    .where(eq(organization.id, organizationId));
  return startAt === 'now' ? (row?.end ?? 0) : (row?.first ?? 1) - 1;
}

interface StreamEdit {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['updateLogStream']>['body'];
}

/**
 * @throws DomainError not_found, edit_conflict, validation_failed, also where events would go elsewhere and the
 *   secret is not given; insufficient_scope where they would, or by another secret, without audit.read
 */
export async function updateLogStream(ctx: Ctx, { params, body }: StreamEdit): Promise<LogStream> {
  const spec = { scope: 'audit.webhook_manage', action: 'log_stream.update' } as const;
  const updated = await write<LogStream>(ctx, spec, async (tx, confirmed) => {
    const row = await lockStream(tx, confirmed, params.id);
    const next = nextRow(confirmed, row, body);
    if (body.secret !== undefined || !isSame(placeOf(row), placeOf(next))) {
      requireScope(confirmed, 'audit.read');
    }
    const what = `log stream "${row.name}"`;
    requireUnedited(what, body.etag, streamEtag(row), streamEtag(next));
    await tx.update(logStream).set(next).where(isStreamOf(row.organizationId, row.id));
    return unlessUnchanged({
      result: await readStream(tx, confirmed, row.id),
      target: streamTarget(next),
      before: logStreamFacts(row),
      after: logStreamFacts(next),
      changes: [],
    });
  });
  ctx.services.logStreams.wake();
  return updated;
}

/** @throws DomainError validation_failed */
function nextRow(
  ctx: Ctx,
  row: StreamRow,
  { etag: _etag, ...body }: StreamEdit['body'],
): StreamRow {
  const { secret, name, format, ...given } = body;
  const hasSecret = (secret === undefined ? row.secret : secret) !== null;
  const settings = usableSettings(ctx, row.destination, {
    ...{ ...row, ...given },
    secret: hasSecret ? '' : null,
    site: given.site ?? row.site ?? undefined,
  });
  const next = {
    ...row,
    ...settings,
    name: name?.trim() ?? row.name,
    format: format ?? row.format,
  };
  if (row.secret !== null && secret === undefined && !isSame(placeOf(row), placeOf(next))) {
    // Who does not know the secret must not have it sent to a place of theirs.
    throw invalidField('secret', 'must be given again where the stream is to send elsewhere');
  }
  const isOther = LOG_STREAM_SETTINGS.some(
    (field) => field !== 'secret' && row[field] !== next[field],
  );
  if (secret === undefined && !isOther) return next;
  // What was wrong may be right now.
  const retry = { nextAttemptAt: ctx.services.clock(), batchEventsMax: null };
  return {
    ...{ ...next, ...retry },
    ...(secret === undefined ? {} : { secret: sealed(ctx, row.id, secret) }),
  };
}

/** Where a stream sends to, and where in there the secret goes. */
function placeOf({ url, site, bucket, region, header }: StreamRow) {
  return [url, site, bucket, region, header];
}
