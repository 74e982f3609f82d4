import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { propagationQuery } from './propagation-query.ts';
import { appliedSentences } from './propagation-words.ts';

interface AppliedLineProps {
  readonly keyId: string;
  /** Once no gateway has to learn of it. */
  readonly done: string;
}

/** In the toast of a change that was just made: how far it has come, followed as it goes. */
export function AppliedLine({ keyId, done }: AppliedLineProps) {
  // What was read before the change tells of the one before.
  const [since] = useState(() => Date.now());
  const { data, dataUpdatedAt, isError } = useQuery(propagationQuery(keyId));
  if (isError) return 'How far the gateways are could not be read.';
  if (!data || dataUpdatedAt < since) return 'Telling the gateways…';
  return data.gatewaysCount === 0 ? done : appliedSentences(data);
}
