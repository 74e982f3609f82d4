import { useSyncExternalStore } from 'react';

const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'tollkeeper.theme';
const listeners = new Set<() => void>();
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
let theme = readStored();

/** The theme that the person chose. public/theme.js applies it before the first paint. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => theme);
}

export function setTheme(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage can be forbidden; the theme then lasts as long as the page.
  }
  apply();
}

/** The theme that "system" means at this moment. */
export function useAppliedTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, applied);
}

function apply(): void {
  document.documentElement.dataset.theme = applied();
  for (const listener of listeners) listener();
}

function applied(): 'light' | 'dark' {
  if (theme === 'system') return systemIsDark.matches ? 'dark' : 'light';
  return theme;
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) systemIsDark.addEventListener('change', apply);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) systemIsDark.removeEventListener('change', apply);
  };
}

function readStored(): Theme {
  try {
    const stored = localStorage.getItem(STORED);
    return THEMES.find((name) => name === stored) ?? 'system';
  } catch {
    return 'system';
  }
}
