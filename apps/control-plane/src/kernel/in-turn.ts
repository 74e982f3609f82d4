import { DomainError } from './domain-error.ts';

const ends = new Map<string, Promise<void>>();

/** Nobody waits longer for a change, in milliseconds; one that comes later would surprise. */
const WAIT_MS = 15_000;

/**
 * Runs the work after all earlier work of the same name in this process has ended. Changes of one
 * organization queue at its audit chain anyway; queueing here, before they take a connection,
 * leaves the connections to the others. Of many that wait for a database which stands still, only
 * the first then find that out one by one.
 * @throws DomainError unavailable when its turn came too late
 */
export function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  const run = (ends.get(name) ?? Promise.resolve()).then(() => {
    if (performance.now() > deadline) throw tooLate();
    return work();
  });
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

function tooLate(): DomainError {
  return new DomainError('unavailable', 'Other changes took too long. Nothing changed; try again.');
}
