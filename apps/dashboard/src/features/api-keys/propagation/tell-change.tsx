import type { ApiKey } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { AppliedLine } from './applied-line.tsx';

interface ToldChange {
  /** "Disabled ci-pipeline". */
  readonly title: string;
  readonly key: Pick<ApiKey, 'id'>;
  /** What is true everywhere once every gateway has applied it. */
  readonly done: string;
  readonly onUndo?: () => void;
}

const SHOWN_MS = 10_000;

/** Tells of a change of a key that was made, and of how it reaches the gateways. */
export function tellChange({ title, key, done, onUndo }: ToldChange): void {
  toast.success(title, {
    description: <AppliedLine keyId={key.id} done={done} />,
    duration: SHOWN_MS,
    ...(onUndo ? { action: { label: 'Undo', onClick: onUndo } } : {}),
  });
}
