import { createHmac } from 'node:crypto';
import {
  type BuiltInScope,
  CHAT_DESTINATIONS_MAX,
  type ChatDestination,
  createId,
  type NotificationKind,
  notificationKind,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { callingKeyId } from '../../access/creator.ts';
import { requireScope, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { chatDestination } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { findUrlProblem, openSecret, sealSecret } from '../../outgoing/index.ts';
import { chatDestinationFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { requireRoom } from '../../write/require-room.ts';
import { unlessUnchanged, type Written, write } from '../../write/write.ts';
import {
  type DestinationRow,
  destinationEtag,
  destinationTarget,
  inOrder,
  isDestination,
  lockDestination,
  readDestination,
} from './destination-view.ts';
import { readStart } from './read-start.ts';

type NewDestination = RouteInput<Routes['createChatDestination']>['body'];

/**
 * Creates a destination that receives what happens from now on.
 * @throws DomainError outside_workspace, insufficient_scope without what shows the same, validation_failed,
 *   invalid_state where there are too many
 */
export async function createChatDestination(
  ctx: Ctx,
  { body }: { body: NewDestination },
): Promise<ChatDestination> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'integrations.manage', action: 'chat_destination.create' } as const;
  const created = await write<ChatDestination>(ctx, spec, async (tx, confirmed) => {
    requireShown(confirmed, body.kinds);
    return idempotent<ChatDestination>(
      tx,
      confirmed,
      { route: 'createChatDestination', body: withDigest(confirmed, body) },
      () => insertDestination(tx, confirmed, body),
      (shown) => shown,
    );
  });
  ctx.services.chats.wake();
  return created;
}

/**
 * Nobody has sent elsewhere what they could not see.
 * @throws DomainError insufficient_scope
 */
export function requireShown(ctx: Ctx, kinds: readonly NotificationKind[]): void {
  for (const scope of new Set(kinds.flatMap(neededScopes))) requireScope(ctx, scope);
}

/** Of a kind that concerns only the owner of a key, what shows the keys of everybody. */
function neededScopes(kind: NotificationKind): readonly BuiltInScope[] {
  const { scopes, ownerScopes = [] } = notificationKind(kind);
  return scopes ?? [...ownerScopes, 'api_keys.manage_all'];
}

/** The body as it is compared with that of a repeated request: what is stored of it must not show the URL. */
function withDigest({ services }: Ctx, body: NewDestination): object {
  const { storedKey } = services.chats;
  return { ...body, url: createHmac('sha256', storedKey).update(body.url).digest('hex') };
}

async function insertDestination(
  tx: Transaction,
  ctx: Ctx,
  body: NewDestination,
): Promise<Written<ChatDestination>> {
  const { organizationId, services } = ctx;
  await requireRoom(tx, organizationId, chatDestination, {
    what: 'a chat destination',
    max: CHAT_DESTINATIONS_MAX,
  });
  const id = createId('chatDestination', services.randomBytes);
  const now = services.clock();
  const row = {
    ...{ id, organizationId, name: body.name.trim(), service: body.service },
    ...{ ...sealedUrl(ctx, id, body.url), kinds: inOrder(body.kinds) },
    ...{ status: 'enabled' as const, ...(await readStart(tx, organizationId, now)) },
    nextAttemptAt: now,
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
  };
  const [stored] = await tx.insert(chatDestination).values(row).returning();
  return {
    result: await readDestination(tx, ctx, id),
    target: destinationTarget(row),
    before: null,
    after: stored ? chatDestinationFacts(stored) : {},
    changes: [],
  };
}

/** @throws DomainError validation_failed */
function sealedUrl({ services }: Ctx, id: string, text: string) {
  const problem = findUrlProblem(text, services.outgoing.allowance);
  if (problem) throw invalidField('url', problem);
  const { href, host } = new URL(text);
  const { storedKey } = services.chats;
  return { host, url: sealSecret(storedKey, id, Buffer.from(href), services.randomBytes) };
}

interface Edit {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['updateChatDestination']>['body'];
}

/**
 * @throws DomainError not_found, edit_conflict, validation_failed; insufficient_scope where more is sent, or
 *   elsewhere, than the caller could see
 */
export async function updateChatDestination(
  ctx: Ctx,
  { params, body }: Edit,
): Promise<ChatDestination> {
  const spec = { scope: 'integrations.manage', action: 'chat_destination.update' } as const;
  const updated = await write<ChatDestination>(ctx, spec, async (tx, confirmed) => {
    const row = await lockDestination(tx, confirmed, params.id);
    const next = nextRow(confirmed, row, body);
    const isElsewhere = !next.url.equals(row.url);
    const added = next.kinds.filter((kind) => !row.kinds.includes(kind));
    requireShown(confirmed, isElsewhere ? next.kinds : added);
    const what = `chat destination "${row.name}"`;
    requireUnedited(what, body.etag, destinationEtag(row), destinationEtag(next));
    const more = added.length > 0 ? await followMore(tx, row, ctx.services.clock()) : {};
    const set = { ...next, ...more };
    await tx.update(chatDestination).set(set).where(isDestination(row.organizationId, row.id));
    return unlessUnchanged({
      result: await readDestination(tx, confirmed, row.id),
      target: destinationTarget(next),
      before: chatDestinationFacts(row),
      after: chatDestinationFacts(next),
      changes: [],
    });
  });
  ctx.services.chats.wake();
  return updated;
}

/** Kinds that are added may have summaries that are open. A message under way knows nothing of them. */
async function followMore(tx: Transaction, row: DestinationRow, now: Date) {
  const { summaries } = await readStart(tx, row.organizationId, now);
  const followed = new Set(row.summaries.map(({ number }) => number));
  const all = [...row.summaries, ...summaries.filter(({ number }) => !followed.has(number))];
  const first = all.map(({ dueAt }) => dueAt).sort()[0];
  return {
    ...{ summaries: all, claimedUntil: null },
    summariesDueAt: first === undefined ? null : new Date(first),
  };
}

/** @throws DomainError validation_failed */
function nextRow(ctx: Ctx, row: DestinationRow, { name, url, kinds }: Edit['body']) {
  const next = {
    ...row,
    name: name?.trim() ?? row.name,
    kinds: kinds ? inOrder(kinds) : row.kinds,
  };
  if (url === undefined) return next;
  const sealed = sealedUrl(ctx, row.id, url);
  const stored = openSecret(ctx.services.chats.storedKey, row.id, row.url);
  if (stored?.toString() === new URL(url).href) return next;
  // What was wrong may be right now, and a message that is under way to where it was decides nothing any more.
  const anew = { nextAttemptAt: ctx.services.clock(), claimedUntil: null, triesCount: 0 };
  const lastProblem = row.failingSince === null ? null : row.lastProblem;
  return { ...next, ...sealed, ...anew, lastProblem };
}
