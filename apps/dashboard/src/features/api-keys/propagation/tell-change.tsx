import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { offerUndo } from '../../../lib/offer-undo.ts';
import { appliedSentences, type Propagation, propagationQuery } from './propagation.ts';

interface ToldChange {
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

/** Tells of a change of keys that was made, and of how it reaches the gateways. */
export function tellChange({ title, keyIds, done, failures = [], onUndo }: ToldChange): void {
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
  // Data that was read earlier belongs to the previous change.
  const isFresh = data !== undefined && dataUpdatedAt >= since;
  const isOwn = shown === undefined || shown.changedAt === data?.changedAt;
  if (isFresh && isOwn && shown !== data) setShown(data);

  if (!shown)
    return isError ? 'The status of the gateways could not be loaded.' : 'Updating the gateways…';
  return shown.gatewaysCount === 0 ? done : appliedSentences(shown);
}
