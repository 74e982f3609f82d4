import {
  type AuditAction,
  WEBHOOK_GRACE_HOURS,
  type WebhookEndpoint,
  type WebhookEndpointWithSecret,
} from '@tollkeeper/contract';
import { requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { webhookEndpoint } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { sealSecret } from '../../outgoing/index.ts';
import { webhookEndpointFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import {
  type EndpointRow,
  endpointTarget,
  isEndpoint,
  lockEndpoint,
  readEndpoint,
} from './endpoint-view.ts';
import { readChainEnd } from './save-webhook-endpoint.ts';
import { createSigningSecret, secretText } from './signing-secret.ts';

interface Input {
  readonly params: { readonly id: string };
}

const SCOPE = 'audit.webhook_manage';
const HOUR_MS = 3_600_000;

/** Once this resolves, no request begins any more. @throws DomainError not_found */
export function disableWebhookEndpoint(ctx: Ctx, { params }: Input): Promise<WebhookEndpoint> {
  return setStatus(ctx, params.id, 'webhook_endpoint.disable', async () => ({
    status: 'disabled',
    disabledReason: 'by_request',
  }));
}

/**
 * It receives what happens from now on, and what was pending when it was disabled. One that was behind goes on
 * where it was. To enable it needs what creating it needs.
 * @throws DomainError not_found, insufficient_scope
 */
export async function enableWebhookEndpoint(ctx: Ctx, { params }: Input): Promise<WebhookEndpoint> {
  const action = 'webhook_endpoint.enable';
  const enabled = await setStatus(ctx, params.id, action, async (tx, row, confirmed) => {
    requireScope(confirmed, 'audit.read');
    return {
      status: 'enabled',
      disabledReason: null,
      afterSequence: row.isBehind ? row.afterSequence : await readChainEnd(tx, row.organizationId),
      // It is given as long as a new one.
      failingSince: null,
      warnedAt: null,
    };
  });
  ctx.services.webhooks.wake();
  return enabled;
}

type Change = Partial<EndpointRow> & Pick<EndpointRow, 'status' | 'disabledReason'>;

function setStatus(
  ctx: Ctx,
  id: string,
  action: AuditAction,
  change: (tx: Transaction, row: EndpointRow, confirmed: Ctx) => Promise<Change>,
): Promise<WebhookEndpoint> {
  return write<WebhookEndpoint>(ctx, { scope: SCOPE, action }, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, id);
    const set = await change(tx, row, confirmed);
    if (row.status !== set.status) {
      await tx.update(webhookEndpoint).set(set).where(isEndpoint(row.organizationId, id));
    }
    const { status } = set;
    return unlessUnchanged({
      result: await readEndpoint(tx, confirmed, id),
      target: endpointTarget(row),
      before: { status: row.status },
      after: { status },
      changes: [],
    });
  });
}

/**
 * Replaces the signing secret. Until the grace ends, both sign, so that receivers need not change at one moment.
 * @throws DomainError not_found
 */
export function rotateWebhookSecret(
  ctx: Ctx,
  { params: { id } }: Input,
): Promise<WebhookEndpointWithSecret> {
  const spec = { scope: SCOPE, action: 'webhook_endpoint.rotate_secret' } as const;
  return write<WebhookEndpointWithSecret>(ctx, spec, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, id);
    const { randomBytes, clock, webhooks } = ctx.services;
    const secret = createSigningSecret(randomBytes);
    const now = clock();
    const previousSecretUntil = new Date(now.getTime() + WEBHOOK_GRACE_HOURS * HOUR_MS);
    await tx
      .update(webhookEndpoint)
      .set({
        secret: sealSecret(webhooks.storedKey, id, secret, randomBytes),
        secretRotatedAt: now,
        previousSecret: row.secret,
        previousSecretUntil,
      })
      .where(isEndpoint(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    const shown = await readEndpoint(tx, confirmed, id);
    return {
      result: row.signature === 'v1' ? { ...shown, secret: secretText(secret) } : shown,
      target: endpointTarget(row),
      before: { secretRotatedAt: row.secretRotatedAt?.toISOString() ?? null },
      after: {
        secretRotatedAt: now.toISOString(),
        previousSecretUntil: previousSecretUntil.toISOString(),
      },
      changes: [],
    };
  });
}

/**
 * Records an event that the endpoint receives whichever types it subscribes to.
 * @throws DomainError not_found, invalid_state
 */
export async function testWebhookEndpoint(ctx: Ctx, { params: { id } }: Input): Promise<undefined> {
  const spec = { scope: SCOPE, action: 'webhook_endpoint.test' } as const;
  await write<undefined>(ctx, spec, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, id);
    requireEnabled(row, 'test');
    return {
      result: undefined,
      target: endpointTarget(row),
      before: null,
      after: null,
      changes: [],
    };
  });
  ctx.services.webhooks.wake();
}

/** @throws DomainError invalid_state */
export function requireEnabled({ name, status }: EndpointRow, verb: string): void {
  if (status === 'enabled') return;
  throw new DomainError(
    'invalid_state',
    `Cannot ${verb} webhook endpoint "${name}": it is disabled. Enable it first.`,
  );
}

/** @throws DomainError not_found */
export function deleteWebhookEndpoint(ctx: Ctx, { params: { id } }: Input): Promise<undefined> {
  const spec = { scope: SCOPE, action: 'webhook_endpoint.delete' } as const;
  return write<undefined>(ctx, spec, async (tx, confirmed) => {
    const row = await lockEndpoint(tx, confirmed, id);
    await tx.delete(webhookEndpoint).where(isEndpoint(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    return {
      result: undefined,
      target: endpointTarget(row),
      before: { ...webhookEndpointFacts(row), signature: row.signature, status: row.status },
      after: null,
      changes: [],
    };
  });
}
