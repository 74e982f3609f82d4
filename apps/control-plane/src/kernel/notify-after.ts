import type { Followed } from './apply-changes.ts';
import type { AppendedChange } from './change.ts';

/** Called with changes once they are applied in this process; with none when some may be missing. */
export type ChangeListener = (changes: readonly AppendedChange[]) => void;

/** Notifies the listeners after `followed` has applied changes, or was loaded anew. */
export function notifyAfter(followed: Followed, listeners: ReadonlySet<ChangeListener>): Followed {
  return {
    reload: async () => {
      await followed.reload();
      for (const notify of listeners) notify([]);
    },
    apply: async (changes, secrets) => {
      await followed.apply(changes, secrets);
      for (const notify of listeners) notify(changes);
    },
  };
}
