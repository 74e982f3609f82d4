import { useState } from 'react';

/** The first so many of a list that may be long, until the person asks for all. */
export function useCapped<T>(items: readonly T[], most: number) {
  const [all, setAll] = useState(false);
  const shown = all || items.length <= most ? items : items.slice(0, most);
  return { shown, hiddenCount: items.length - shown.length, showAll: () => setAll(true) };
}
