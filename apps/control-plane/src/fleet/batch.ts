/**
 * Answers callers that ask at about the same time by one query, which begins after each of them asked,
 * so that no answer is older than its question.
 * @param ask finds the values of the names
 */
export function batch<T>(
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
