import {
  createId,
  type RouteInput,
  type Routes,
  WEBHOOK_ENDPOINTS_MAX,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { requireScope, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { auditChain, webhookCursor, webhookEndpoint } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import { findUrlProblem, sealSecret } from '../../outgoing/index.ts';
import { webhookEndpointFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { idempotent } from '../../write/idempotent.ts';
import { requireRoom } from '../../write/require-room.ts';
import { isSame, unlessUnchanged, type Written, write } from '../../write/write.ts';
import {
  endpointEtag,
  endpointTarget,
  isEndpoint,
  lockEndpoint,
  readEndpoint,
} from './endpoint-view.ts';
import { createSigningSecret, secretText } from './signing-secret.ts';

type NewEndpoint = RouteInput<Routes['createWebhookEndpoint']>['body'];

/**
 * Creates an endpoint that receives the events after its own creation.
 * @throws DomainError outside_workspace, insufficient_scope without audit.read, validation_failed, invalid_state where there are too many
 */
export async function createWebhookEndpoint(
  ctx: Ctx,
  { body }: { body: NewEndpoint },
): Promise<WebhookEndpointWithSecret> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'audit.webhook_manage', action: 'webhook_endpoint.create' } as const;
  const created = await write<WebhookEndpointWithSecret>(ctx, spec, async (tx, confirmed) => {
    // An endpoint receives whole events, which its creator could not read otherwise.
    requireScope(confirmed, 'audit.read');
    return idempotent<WebhookEndpointWithSecret>(
      tx,
      confirmed,
      { route: 'createWebhookEndpoint', body },
      () => insertEndpoint(tx, confirmed, body),
      ({ secret: _secret, ...shown }) => shown,
    );
  });
  ctx.services.webhooks.wake();
  return created;
}

async function insertEndpoint(
  tx: Transaction,
  ctx: Ctx,
  body: NewEndpoint,
): Promise<Written<WebhookEndpointWithSecret>> {
  const { organizationId, services } = ctx;
  const { randomBytes, webhooks } = services;
  await requireRoom(tx, organizationId, webhookEndpoint, {
    what: 'a webhook endpoint',
    max: WEBHOOK_ENDPOINTS_MAX,
  });
  const id = createId('webhookEndpoint', randomBytes);
  const secret = createSigningSecret(randomBytes);
  const afterSequence = await readChainEnd(tx, organizationId);
  const signature = body.signature ?? 'v1';
  const row = {
    ...{ id, organizationId, signature, afterSequence },
    url: usableUrl(ctx, body.url),
    name: body.name.trim(),
    eventTypes: withoutRepeats(body.eventTypes),
    isOrdered: body.isOrdered ?? false,
    status: 'enabled' as const,
    secret: sealSecret(webhooks.storedKey, id, secret, randomBytes),
    memberId: ctx.actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: services.clock(),
  };
  await tx.insert(webhookEndpoint).values(row);
  const cursor = { organizationId, sequence: afterSequence };
  await tx.insert(webhookCursor).values(cursor).onConflictDoNothing();
  const shown = await readEndpoint(tx, ctx, id);
  return {
    result: signature === 'v1' ? { ...shown, secret: secretText(secret) } : shown,
    target: endpointTarget(row),
    before: null,
    after: { ...webhookEndpointFacts(row), signature },
    changes: [],
  };
}

/** The sequence of the last event; the transaction holds the lock of the chain's end. */
export async function readChainEnd(tx: Transaction, organizationId: string): Promise<number> {
  const [end] = await tx
    .select({ sequence: auditChain.sequence })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return end?.sequence ?? 0;
}

/** @throws DomainError validation_failed */
function usableUrl({ services }: Ctx, url: string): string {
  const problem = findUrlProblem(url, services.outgoing.allowance);
  if (problem) throw invalidField('url', problem);
  return new URL(url).href;
}

function withoutRepeats(eventTypes: readonly string[]): string[] {
  return [...new Set(eventTypes)].sort();
}

interface EndpointEdit {
  readonly params: { readonly id: string };
  readonly body: RouteInput<Routes['updateWebhookEndpoint']>['body'];
}

/** @throws DomainError not_found, insufficient_scope where events would go elsewhere, or others, without audit.read, edit_conflict, validation_failed */
export function updateWebhookEndpoint(
  ctx: Ctx,
  { params, body }: EndpointEdit,
): Promise<WebhookEndpoint> {
  const spec = { scope: 'audit.webhook_manage', action: 'webhook_endpoint.update' } as const;
  return write<WebhookEndpoint>(ctx, spec, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, params.id);
    const next = {
      url: body.url === undefined ? row.url : usableUrl(confirmed, body.url),
      name: body.name?.trim() ?? row.name,
      eventTypes: body.eventTypes ? withoutRepeats(body.eventTypes) : row.eventTypes,
      isOrdered: body.isOrdered ?? row.isOrdered,
    };
    if (!isSame([row.url, row.eventTypes], [next.url, next.eventTypes])) {
      requireScope(confirmed, 'audit.read');
    }
    const what = `webhook endpoint "${row.name}"`;
    requireUnedited(what, body.etag, endpointEtag(row), endpointEtag(next));
    await tx.update(webhookEndpoint).set(next).where(isEndpoint(row.organizationId, row.id));
    return unlessUnchanged({
      result: await readEndpoint(tx, confirmed, row.id),
      target: endpointTarget({ id: row.id, name: next.name }),
      before: webhookEndpointFacts(row),
      after: webhookEndpointFacts(next),
      changes: [],
    });
  });
}
