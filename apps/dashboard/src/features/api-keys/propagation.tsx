import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ApiKey, KEYS_PROPAGATION_MAX } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { api } from '../../lib/api.ts';
import { offerUndo } from '../../lib/offer-undo.ts';
import { serverNow } from '../../lib/server-clock.ts';
import { appliedSentences, type Propagation, pollMs } from '../fleet/index.ts';

/** Which gateways have applied the last change of every one of the keys; also of deleted ones. */
export function propagationQuery(ids: readonly string[]) {
  return queryOptions({
    queryKey: ['keys', 'propagation', ...ids],
    queryFn: ({ signal }) => readPropagation(ids, signal),
    refetchInterval: ({ state }) => pollMs(state.data, serverNow()),
  });
}

function readPropagation(ids: readonly string[], signal: AbortSignal): Promise<Propagation> {
  const [id, ...others] = ids;
  return id !== undefined && others.length === 0
    ? api.getKeyPropagation({ params: { id } }, { signal })
    : api.getKeysPropagation({ body: { ids: [...ids] } }, { signal });
}

/**
 * The keys to ask about after a change of many: in each workspace the one that was changed last. A
 * gateway applies the changes of its workspace in their order, so it has then applied all of them.
 * @param keys in the order in which they were changed
 */
export function lastOfEachWorkspace(keys: readonly Pick<ApiKey, 'id' | 'workspaceId'>[]): string[] {
  const last = new Map(keys.map(({ id, workspaceId }) => [workspaceId, id]));
  return [...last.values()].slice(-KEYS_PROPAGATION_MAX);
}

interface ChangeToast {
  /** "Disabled ci-pipeline". */
  readonly title: string;
  readonly keyIds: readonly string[];
  /** What is true everywhere once every gateway has applied it. */
  readonly done: string;
  /** What did not happen, and why. */
  readonly failures?: readonly string[];
  readonly onUndo?: () => void;
}

const SHOWN_MS = 10_000;

/** Shows a toast about a change of keys, with how far it has reached the gateways. */
export function toastChange({ title, keyIds, done, failures = [], onUndo }: ChangeToast): void {
  const tell = failures.length === 0 ? toast.success : toast.error;
  const id = tell(title, {
    description: (
      <>
        {failures.map((failure) => (
          <p key={failure}>{failure}</p>
        ))}
        {keyIds.length > 0 ? <AppliedLine keyIds={keyIds} done={done} /> : null}
      </>
    ),
    duration: SHOWN_MS,
    ...(onUndo ? { action: { label: 'Undo', onClick: onUndo } } : {}),
  });
  if (onUndo) offerUndo(() => toast.dismiss(id));
}

interface AppliedLineProps {
  readonly keyIds: readonly string[];
  /** What to say where it concerns no gateway. */
  readonly done: string;
}

/**
 * In the toast of changes that were just made: how far they have come, followed as they go, until
 * one of the keys changes again.
 */
export function AppliedLine({ keyIds, done }: AppliedLineProps) {
  const [since] = useState(() => Date.now());
  const [shown, setShown] = useState<Propagation>();
  const { data, dataUpdatedAt, isError } = useQuery(propagationQuery(keyIds));
  // Data that was read earlier belongs to the previous change.
  const isFresh = data !== undefined && dataUpdatedAt >= since;
  const isOwn = shown === undefined || shown.changedAt === data?.changedAt;
  if (isFresh && isOwn && shown !== data) setShown(data);

  if (!shown)
    return isError ? 'The status of the gateways could not be loaded.' : 'Updating the gateways…';
  return shown.gatewaysCount === 0 ? done : appliedSentences(shown);
}
