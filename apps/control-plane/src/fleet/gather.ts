/**
 * Answers many who ask at about the same time by one question. It is put after each of them asked,
 * so that nobody hears what was true before.
 * @param ask finds what there is of the names
 */
export function gather<T>(
  ask: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (name: string) => Promise<T | undefined> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { readonly names: Set<string>; readonly answer: Promise<ReadonlyMap<string, T>> };
  let isOpen = false;

  function begin(): void {
    const names = new Set<string>();
    const answer = last.then(() => {
      isOpen = false;
      return ask([...names]);
    });
    next = { names, answer };
    isOpen = true;
    last = answer.catch(() => undefined);
  }

  return async (name) => {
    if (!isOpen) begin();
    next.names.add(name);
    return (await next.answer).get(name);
  };
}
