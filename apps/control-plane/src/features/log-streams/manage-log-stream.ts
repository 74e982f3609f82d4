import type { LogStream } from '@tollkeeper/contract';
import { requireScope } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { logStream } from '../../db/schema/index.ts';
import { logStreamFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { unlessUnchanged, write } from '../../write/write.ts';
import type { StreamRow } from './destinations/index.ts';
import { isStreamOf, lockStream, readStream, streamTarget } from './stream-view.ts';

interface Input {
  readonly params: { readonly id: string };
}

const SCOPE = 'audit.webhook_manage';

/** Once this resolves, no batch begins any more. @throws DomainError not_found */
export function pauseLogStream(ctx: Ctx, { params }: Input): Promise<LogStream> {
  return setStatus(ctx, params.id, { status: 'paused' });
}

/**
 * It goes on where it was paused; one that fails is tried at once. To resume it needs what creating it needs.
 * @throws DomainError not_found, insufficient_scope
 */
export async function resumeLogStream(ctx: Ctx, { params }: Input): Promise<LogStream> {
  const resumed = await setStatus(ctx, params.id, {
    ...{ status: 'enabled', nextAttemptAt: ctx.services.clock(), batchEventsMax: null },
  });
  ctx.services.logStreams.wake();
  return resumed;
}

type Change = Pick<StreamRow, 'status'> & Partial<StreamRow>;

function setStatus(ctx: Ctx, id: string, change: Change): Promise<LogStream> {
  const { status } = change;
  const action = status === 'paused' ? 'log_stream.pause' : 'log_stream.resume';
  return write<LogStream>(ctx, { scope: SCOPE, action }, async (tx, confirmed) => {
    const row = await lockStream(tx, confirmed, id);
    if (status !== 'paused') requireScope(confirmed, 'audit.read');
    await tx.update(logStream).set(change).where(isStreamOf(row.organizationId, id));
    return unlessUnchanged({
      result: await readStream(tx, confirmed, id),
      target: streamTarget(row),
      before: { status: row.status },
      after: { status },
      changes: [],
    });
  });
}

/** @throws DomainError not_found */
export function deleteLogStream(ctx: Ctx, { params: { id } }: Input): Promise<undefined> {
  const spec = { scope: SCOPE, action: 'log_stream.delete' } as const;
  return write<undefined>(ctx, spec, async (tx, confirmed) => {
    const row = await lockStream(tx, confirmed, id);
    await tx.delete(logStream).where(isStreamOf(row.organizationId, id));
    await forgetAnswer(tx, row.organizationId, id);
    return {
      result: undefined,
      target: streamTarget(row),
      before: { ...logStreamFacts(row), status: row.status, sequence: row.sequence },
      after: null,
      changes: [],
    };
  });
}
