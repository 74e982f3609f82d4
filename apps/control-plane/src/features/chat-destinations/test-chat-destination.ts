import type { ChatDestinationTest } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { organization } from '../../db/schema/index.ts';
import { createWaitingLimit } from '../../lineage/limited-turns.ts';
import { write } from '../../write/write.ts';
import { type DestinationRow, destinationTarget, lockDestination } from './destination-view.ts';
import { sendMessage, testMessage } from './messages/index.ts';

/** Somebody waits for it. */
const TIMEOUT_MS = 10_000;

const withinLimit = createWaitingLimit('chat destinations are tested');

interface Input {
  readonly params: { readonly id: string };
}

/**
 * Sends a message that says that it is a test, at once and whatever the status of the destination.
 * @throws DomainError not_found, rate_limited
 */
export function testChatDestination(
  ctx: Ctx,
  { params: { id } }: Input,
): Promise<ChatDestinationTest> {
  return withinLimit(ctx.organizationId, async () => {
    const { row, organizationName } = await recordTest(ctx, id);
    const { services } = ctx;
    const message = testMessage(services, row.service, organizationName);
    const { status, problem, durationMs } = await sendMessage(services, row, message, {
      timeoutMs: TIMEOUT_MS,
    });
    return { status, problem, durationMs };
  });
}

interface Recorded {
  readonly row: DestinationRow;
  readonly organizationName: string;
}

function recordTest(ctx: Ctx, id: string): Promise<Recorded> {
  const spec = { scope: 'integrations.manage', action: 'chat_destination.test' } as const;
  return write<Recorded>(ctx, spec, async (tx, confirmed) => {
    const row = await lockDestination(tx, confirmed, id);
    const [named] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, row.organizationId));
    return {
      result: { row, organizationName: named?.name ?? '' },
      target: destinationTarget(row),
      before: null,
      after: null,
      changes: [],
    };
  });
}
