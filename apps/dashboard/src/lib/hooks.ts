import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';

export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** The value as it was when it last rested for that long. */
export function useDebounced<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}

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

/** Gives the focus back to what had it at the first render; to what follows in its list, or to the page, when that is gone. */
export function useReturnFocus(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    const isBack = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
    (isBack ? opener : (findSuccessor(opener) ?? page()))?.focus();
  };
}

const CONTROLS = 'a[href], button:not(:disabled), input:not(:disabled)';
/** By a row that is gone: what had the focus after it, if nothing else had. */
const successors = new WeakMap<Element, HTMLElement>();

/**
 * For the element around the rows of a list. When the row that had the focus last is gone, as after its
 * deletion, the focus goes to the same control of the row that follows, or of the last one.
 */
export function useRowFocus<E extends HTMLElement>(): RefObject<E | null> {
  const list = useRef<E>(null);
  useEffect(() => {
    const { current } = list;
    if (!current) return;
    let last:
      | { readonly row: Element; readonly index: number; readonly control: number }
      | undefined;
    const note = ({ target }: FocusEvent) => {
      const rows = [...current.children];
      const index = rows.findIndex((row) => target instanceof Node && row.contains(target));
      const row = rows[index];
      if (row) last = { row, index, control: controlsOf(row).indexOf(target as HTMLElement) };
    };
    const watch = new MutationObserver(() => {
      if (!last || last.row.isConnected) return;
      const { row, index, control } = last;
      last = undefined;
      const next = controlsOf(current.children[index] ?? current.lastElementChild);
      const successor = next[control] ?? next.at(-1);
      if (successor) successors.set(row, successor);
      if (document.activeElement === document.body) (successor ?? page())?.focus();
    });
    current.addEventListener('focusin', note);
    watch.observe(current, { childList: true });
    return () => {
      current.removeEventListener('focusin', note);
      watch.disconnect();
      // The whole list went with its last row.
      if (last && document.activeElement === document.body) page()?.focus();
    };
  }, []);
  return list;
}

function controlsOf(row: Element | null): HTMLElement[] {
  return row ? [...row.querySelectorAll<HTMLElement>(CONTROLS)] : [];
}

function findSuccessor(opener: Element | null): HTMLElement | undefined {
  for (let element = opener; element; element = element.parentElement) {
    const successor = successors.get(element);
    if (successor?.isConnected) return successor;
  }
  return undefined;
}

function page(): HTMLElement | null {
  return document.getElementById('main');
}
