import { useCallback, useLayoutEffect, useRef } from 'react';

/** The newest of the functions, as one that never changes: what holds it is not drawn again. */
export function useStable<A extends readonly unknown[]>(
  run: (...args: A) => void,
): (...args: A) => void {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
