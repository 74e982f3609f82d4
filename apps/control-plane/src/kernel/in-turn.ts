const ends = new Map<string, Promise<void>>();

/**
 * Runs the work after all earlier work of the same name in this process has ended. Changes of one
 * organization queue at its audit chain anyway; queueing here, before they take a connection,
 * leaves the connections to the others.
 */
export function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const run = (ends.get(name) ?? Promise.resolve()).then(work);
  const end = run.then(
    () => undefined,
    () => undefined,
  );
  ends.set(name, end);
  void end.then(() => {
    if (ends.get(name) === end) ends.delete(name);
  });
  return run;
}
