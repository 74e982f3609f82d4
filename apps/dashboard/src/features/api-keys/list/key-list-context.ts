import { createContext } from 'react';
import type { KeyAction } from '../actions/key-dialogs.tsx';
import type { KeySearch } from './key-search.ts';

interface KeyListPlace {
  /** The list that a key's page leads back to. */
  readonly search: KeySearch;
  readonly onAction: (action: KeyAction) => void;
}

/**
 * What the cells of the list need beside their key. Columns that closed over it would be others
 * with each search, and all cells be made anew.
 */
export const KeyListContext = createContext<KeyListPlace>({
  search: {},
  onAction: () => undefined,
});
