import { useQuery } from '@tanstack/react-query';
import type { KeyPropagation } from '@tollkeeper/contract';
import { useState } from 'react';
import { propagationQuery } from './propagation-query.ts';
import { appliedSentences } from './propagation-words.ts';

interface AppliedLineProps {
  readonly keyId: string;
  /** Once no gateway has to learn of it. */
  readonly done: string;
}

/**
 * In the toast of a change that was just made: how far it has come, followed as it goes, until the
 * key changes again.
 */
export function AppliedLine({ keyId, done }: AppliedLineProps) {
  const [since] = useState(() => Date.now());
  const [told, setTold] = useState<KeyPropagation>();
  const { data, dataUpdatedAt, isError } = useQuery(propagationQuery(keyId));
  // What was read earlier tells of the change before.
  const isFresh = data !== undefined && dataUpdatedAt >= since;
  const isOwn = told === undefined || told.changedAt === data?.changedAt;
  if (isFresh && isOwn && told !== data) setTold(data);

  if (!told) return isError ? 'How far the gateways are is not known.' : 'Telling the gateways…';
  return told.gatewaysCount === 0 ? done : appliedSentences(told);
}
