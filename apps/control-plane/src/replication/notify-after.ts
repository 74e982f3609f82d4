import type { AppendedChange } from '../write/change.ts';
import type { ChangeConsumer } from './apply-changes.ts';

/** Called with changes once they are applied in this process; with none when some may be missing. */
export type ChangeListener = (changes: readonly AppendedChange[]) => void;

/** Notifies the listeners once `consumer` has applied changes, or has loaded everything again. */
export function notifyAfter(
  consumer: ChangeConsumer,
  listeners: ReadonlySet<ChangeListener>,
): ChangeConsumer {
  return {
    reload: async () => {
      await consumer.reload();
      for (const notify of listeners) notify([]);
    },
    apply: async (changes, secrets) => {
      await consumer.apply(changes, secrets);
      for (const notify of listeners) notify(changes);
    },
  };
}
