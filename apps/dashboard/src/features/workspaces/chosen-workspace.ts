import { useSyncExternalStore } from 'react';

const STORED = 'tollkeeper.workspace';
const listeners = new Set<() => void>();
let chosen = readStored();

/** The workspace that this tab looks at; undefined is all of them. */
export function useChosenWorkspace(): string | undefined {
  return useSyncExternalStore(subscribe, chosenWorkspace);
}

export function chosenWorkspace(): string | undefined {
  return chosen;
}

export function chooseWorkspace(id: string | undefined): void {
  if (id === chosen) return;
  chosen = id;
  try {
    if (id) sessionStorage.setItem(STORED, id);
    else sessionStorage.removeItem(STORED);
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readStored(): string | undefined {
  try {
    return sessionStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined;
  }
}
