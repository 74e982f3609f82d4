import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ApiKey, KEYS_PROPAGATION_MAX, type KeysPropagation } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { api } from '../../lib/api.ts';
import { counted, formatDuration } from '../../lib/format.ts';
import { offerUndo } from '../../lib/offer-undo.ts';
import { serverNow } from '../../lib/server-clock.ts';

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

const FRESH_MS = 5_000;
const WATCHED_MS = 60_000;

/**
 * When to ask next how far a change has come: often while it is on its way, each second for the
 * first minute, then as often as for all that keys show.
 * @param now milliseconds since 1970, by the server's clock
 */
export function pollMs(propagation: Propagation | undefined, now: number): number | false {
  if (!propagation) return false;
  if (propagation.changedAt === null) return 15_000;
  const ageMs = now - Date.parse(propagation.changedAt);
  const isOnItsWay = propagation.appliedCount < propagation.gatewaysCount;
  if (isOnItsWay && ageMs < FRESH_MS) return 250;
  if (ageMs < WATCHED_MS) return 1_000;
  return isOnItsWay ? 5_000 : 15_000;
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

const NAMED_MAX = 3;

/** How far the last change of a key has come, or the last changes of several. */
export type Propagation = Omit<KeysPropagation, 'keysCount'>;
export type GatewayProgress = Propagation['gateways'][number];

/** "Applied on 3 of 3 gateways in 84 ms". */
export function appliedWords({
  appliedCount,
  gatewaysCount,
  slowestMs,
}: Pick<Propagation, 'appliedCount' | 'gatewaysCount' | 'slowestMs'>): string {
  const isEverywhere = appliedCount === gatewaysCount;
  const took = isEverywhere && slowestMs !== null ? ` in ${formatDuration(slowestMs)}` : '';
  return `Applied on ${appliedCount} of ${counted(gatewaysCount, 'gateway')}${took}`;
}

/** Progress in sentences that name the gateways that are behind: "… Behind: edge-1, edge-2 and 4 more." */
export function appliedSentences(propagation: Propagation): string {
  const names = propagation.gateways.filter(({ applied }) => !applied).map(({ name }) => name);
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : '';
  const behind = names.length > 0 ? ` Behind: ${names.slice(0, NAMED_MAX).join(', ')}${more}.` : '';
  return `${appliedWords(propagation)}.${behind}`;
}

/** Gateways that are behind first, otherwise by name. */
export function behindFirst(gateways: readonly GatewayProgress[]): GatewayProgress[] {
  return gateways.toSorted(
    (a, b) =>
      Number(a.applied) - Number(b.applied) ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
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
