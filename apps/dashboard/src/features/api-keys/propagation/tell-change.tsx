import { toast } from 'sonner';
import { offerUndo } from '../../../lib/offer-undo.ts';
import { AppliedLine } from './applied-line.tsx';

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
