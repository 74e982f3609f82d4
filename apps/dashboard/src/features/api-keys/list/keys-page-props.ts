import type { KeySearch } from './key-search.ts';

/** The list as its address has it. */
export interface KeysPageProps {
  readonly search: KeySearch;
  /** Cursors of the pages before this one. */
  readonly trail: readonly string[];
  readonly onSearch: (search: KeySearch, trail?: readonly string[]) => void;
}
