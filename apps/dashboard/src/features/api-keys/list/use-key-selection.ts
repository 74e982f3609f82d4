import { type ApiKey, BULK_KEYS_MAX } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { explainError } from '../../../lib/api-errors.ts';
import { readMatchingKeys } from '../queries.ts';
import type { KeySearch } from './key-search.ts';

export interface KeySelection {
  /** Those of this page as the page shows them now. */
  readonly keys: readonly ApiKey[];
  readonly has: (id: string) => boolean;
  readonly onPage: 'all' | 'some' | 'none';
  /** How many keys `selectMatching` selects; undefined where that adds none. */
  readonly matchingCount: number | undefined;
  /** Keys of other pages are being read. */
  readonly pending: boolean;
  readonly toggle: (key: ApiKey) => void;
  readonly togglePage: () => void;
  readonly selectMatching: () => Promise<void>;
  readonly clear: () => void;
}

interface Page {
  readonly data: readonly ApiKey[];
  readonly totalCount: number;
}

const NONE: ReadonlyMap<string, ApiKey> = new Map();

/** The keys that are selected on any page of a list. Another filter selects none. */
export function useKeySelection(search: KeySearch, page: Page | undefined): KeySelection {
  const filter = filterOf(search);
  const [stored, setStored] = useState({ filter, selected: NONE });
  const [pending, setPending] = useState(false);
  const selected = stored.filter === filter ? stored.selected : NONE;
  const shown = page?.data ?? [];
  const shownCount = shown.filter(({ id }) => selected.has(id)).length;
  const onPage = shownCount === 0 ? 'none' : shownCount === shown.length ? 'all' : 'some';

  function select(change: (selected: Map<string, ApiKey>) => void) {
    const next = new Map(selected);
    change(next);
    setStored({ filter, selected: next });
  }

  async function selectMatching() {
    setPending(true);
    try {
      const keys = await readMatchingKeys(search, BULK_KEYS_MAX);
      setStored({ filter, selected: new Map(keys.map((key) => [key.id, key])) });
    } catch (error) {
      toast.error('Cannot select the keys', { description: explainError(error) });
    } finally {
      setPending(false);
    }
  }

  const fresh = new Map(shown.map((key) => [key.id, key]));
  return {
    keys: [...selected.values()].map((key) => fresh.get(key.id) ?? key),
    has: (id) => selected.has(id),
    onPage,
    matchingCount: matchingCount(page, onPage, selected.size),
    pending,
    toggle: (key) =>
      select((next) => {
        if (!next.delete(key.id)) next.set(key.id, key);
      }),
    togglePage: () =>
      select((next) => {
        for (const key of shown) {
          if (onPage === 'all') next.delete(key.id);
          else next.set(key.id, key);
        }
      }),
    selectMatching,
    clear: () => setStored({ filter, selected: NONE }),
  };
}

/** Sorting and turning pages keep the selection. */
function filterOf({ search, state, owner, workspace }: KeySearch): string {
  return JSON.stringify([search, state, owner, workspace]);
}

function matchingCount(
  page: Page | undefined,
  onPage: KeySelection['onPage'],
  selectedCount: number,
): number | undefined {
  const count = Math.min(page?.totalCount ?? 0, BULK_KEYS_MAX);
  return onPage === 'all' && count > selectedCount ? count : undefined;
}
