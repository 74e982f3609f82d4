/**
 * Whether the person is pressing something. What grows or shrinks meanwhile moves it away from under
 * the pointer, and the browser makes no click of a release that is elsewhere: the press is lost.
 */
import { useCallback, useState, useSyncExternalStore } from 'react';
import { useStable } from './hooks.ts';

const STARTS = ['pointerdown', 'mousedown'] as const;
// Where a menu opens or text is dragged, nobody says when the button is released.
const ENDS = ['pointerup', 'mouseup', 'pointercancel', 'contextmenu', 'keydown'] as const;

let isPressing = false;
let ending: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function watchPresses(): void {
  for (const name of STARTS) {
    addEventListener(name, ({ button }) => button === 0 && setPressing(true), true);
  }
  for (const name of ENDS) addEventListener(name, endLater, true);
}

/** After the click, which follows the release at once. */
function endLater(): void {
  if (isPressing) ending ??= setTimeout(() => setPressing(false));
}

function setPressing(next: boolean): void {
  clearTimeout(ending);
  ending = undefined;
  if (next === isPressing) return;
  isPressing = next;
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The value, but while something is pressed the one from before. It must not be made anew by each render. */
export function useUnlessPressing<T>(value: T): T {
  const isHeld = useSyncExternalStore(subscribe, () => isPressing);
  const [shown, setShown] = useState(value);
  if (isHeld || Object.is(shown, value)) return shown;
  setShown(() => value);
  return value;
}

/** The function, which runs at once, or after the click while something is pressed. */
export function useAfterPress(run: () => void): () => void {
  const latest = useStable(run);
  return useCallback(() => {
    if (!isPressing) return latest();
    const unsubscribe = subscribe(() => {
      unsubscribe();
      latest();
    });
  }, [latest]);
}
