import type { Followed } from './apply-changes.ts';
import type { AppendedChange } from './change.ts';

/** Told of changes once they are applied here; with none, when some may have been missed. */
export type Told = (changes: readonly AppendedChange[]) => void;

/** The same, and whoever is among `told` hears of it. */
export function tellAfter(followed: Followed, told: ReadonlySet<Told>): Followed {
  return {
    reload: async () => {
      await followed.reload();
      for (const tell of told) tell([]);
    },
    apply: async (changes, secrets) => {
      await followed.apply(changes, secrets);
      for (const tell of told) tell(changes);
    },
  };
}
