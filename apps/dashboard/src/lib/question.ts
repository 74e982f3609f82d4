import { useSyncExternalStore } from 'react';

interface Question<T> {
  /** Shows the question, or joins the one that is shown. @returns whether it was answered with yes */
  ask(about: T): Promise<boolean>;
  answer(isYes: boolean): void;
  /** What is asked now. */
  useAsked(): T | undefined;
}

interface Asked<T> {
  readonly about: T;
  readonly done: Promise<boolean>;
  readonly settle: (isYes: boolean) => void;
}

/** A question that requests ask and one dialog answers: however many ask, it is shown once. */
export function createQuestion<T>(): Question<T> {
  const listeners = new Set<() => void>();
  let asked: Asked<T> | undefined;

  function show(next: Asked<T> | undefined): void {
    asked = next;
    for (const listener of listeners) listener();
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    ask(about) {
      if (!asked) {
        const { promise, resolve } = Promise.withResolvers<boolean>();
        show({ about, done: promise, settle: resolve });
        return promise;
      }
      return asked.done;
    },
    answer(isYes) {
      asked?.settle(isYes);
      show(undefined);
    },
    useAsked: () => useSyncExternalStore(subscribe, () => asked?.about),
  };
}
