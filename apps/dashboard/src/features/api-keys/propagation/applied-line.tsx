import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { propagationQuery } from './propagation-query.ts';
import { appliedSentences, type Propagation } from './propagation-words.ts';

interface AppliedLineProps {
  readonly keyIds: readonly string[];
  /** Where no gateway has to learn of it. */
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
  // What was read earlier tells of the change before.
  const isFresh = data !== undefined && dataUpdatedAt >= since;
  const isOwn = shown === undefined || shown.changedAt === data?.changedAt;
  if (isFresh && isOwn && shown !== data) setShown(data);

  if (!shown)
    return isError ? 'The status of the gateways could not be loaded.' : 'Updating the gateways…';
  return shown.gatewaysCount === 0 ? done : appliedSentences(shown);
}
