import type { AuditAction, ChatDestination } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { chatDestination } from '../../db/schema/index.ts';
import { chatDestinationFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import {
  type DestinationRow,
  destinationTarget,
  isDestination,
  lockDestination,
  readDestination,
} from './destination-view.ts';
import { readStart } from './read-start.ts';
import { requireShown } from './save-chat-destination.ts';

interface Input {
  readonly params: { readonly id: string };
}

const SCOPE = 'integrations.manage';

/** Once this resolves, no message begins any more. @throws DomainError not_found */
export function disableChatDestination(ctx: Ctx, { params }: Input): Promise<ChatDestination> {
  return setStatus(ctx, params.id, 'chat_destination.disable', async () => ({
    status: 'disabled',
    disabledReason: 'by_request',
  }));
}

/**
 * It receives what happens from now on. To enable it needs what creating it needs.
 * @throws DomainError not_found, insufficient_scope
 */
export async function enableChatDestination(ctx: Ctx, { params }: Input): Promise<ChatDestination> {
  const now = ctx.services.clock();
  const action = 'chat_destination.enable';
  const enabled = await setStatus(ctx, params.id, action, async (tx, row, confirmed) => {
    requireShown(confirmed, row.kinds);
    return {
      ...{ status: 'enabled', disabledReason: null, nextAttemptAt: now },
      ...(await readStart(tx, row.organizationId, now)),
      // It is given as long as a new one.
      ...{ failingSince: null, warnedAt: null, lastProblem: null, triesCount: 0 },
      // A message that is under way since before decides nothing any more.
      claimedUntil: null,
    };
  });
  ctx.services.chats.wake();
  return enabled;
}

type Change = Partial<DestinationRow> & Pick<DestinationRow, 'status' | 'disabledReason'>;

function setStatus(
  ctx: Ctx,
  id: string,
  action: AuditAction,
  change: (tx: Transaction, row: DestinationRow, confirmed: Ctx) => Promise<Change>,
): Promise<ChatDestination> {
  return write<ChatDestination>(ctx, { scope: SCOPE, action }, async (tx, confirmed) => {
    const row = await lockDestination(tx, confirmed, id);
    const set = await change(tx, row, confirmed);
    if (row.status !== set.status) {
      await tx.update(chatDestination).set(set).where(isDestination(row.organizationId, id));
    }
    return unlessUnchanged({
      result: await readDestination(tx, confirmed, id),
      target: destinationTarget(row),
      before: { status: row.status },
      after: { status: set.status },
      changes: [],
    });
  });
}

/** @throws DomainError not_found */
export function deleteChatDestination(ctx: Ctx, { params: { id } }: Input): Promise<undefined> {
  const spec = { scope: SCOPE, action: 'chat_destination.delete' } as const;
  return write<undefined>(ctx, spec, async (tx, confirmed) => {
    const row = await lockDestination(tx, confirmed, id);
    await tx.delete(chatDestination).where(isDestination(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    return {
      result: undefined,
      target: destinationTarget(row),
      before: { ...chatDestinationFacts(row), status: row.status },
      after: null,
      changes: [],
    };
  });
}
