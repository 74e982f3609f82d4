import { useEffect, useEffectEvent, useState } from 'react';
import { useDebounced } from './hooks.ts';

const REST_MS = 250;

/**
 * What a person types into a filter: shown at once, and reported when the typing stops. Going back
 * restores the text.
 * @param text what the address says
 */
export function useSettledText(
  text: string,
  onSettled: (text: string) => void,
): [typed: string, setTyped: (typed: string) => void] {
  const [typed, setTyped] = useState(text);
  const [seen, setSeen] = useState(text);
  if (seen !== text) {
    setSeen(text);
    if (typed.trim() !== text) setTyped(text);
  }
  const settled = useDebounced(typed, REST_MS);
  const settle = useEffectEvent((value: string) => {
    if (value === typed && value.trim() !== text) onSettled(value.trim());
  });
  useEffect(() => settle(settled), [settled]);
  return [typed, setTyped];
}
