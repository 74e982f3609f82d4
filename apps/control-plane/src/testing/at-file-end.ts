/**
 * What a test file leaves to be closed. Vitest takes `afterAll` only while it collects a file: called
 * from a hook or a test it is never run.
 */
import { beforeAll } from 'vitest';

type Work = () => unknown;

let endings: Work[] = [];

/** Runs when the test file has ended, the latest first; to be called from anywhere. */
export function atFileEnd(work: Work): void {
  endings.push(work);
}

/**
 * For the set-up of every test file: the files of one worker share their modules. Whatever the file
 * itself does at its end still finds all that it opened: ends of `beforeAll` come last, this first
 * one after all others.
 * @param last runs after all that was left is closed
 */
export function closeAtFileEnd(last: Work): void {
  beforeAll(() => async () => {
    const works = endings.reverse();
    endings = [];
    const errors: unknown[] = [];
    for (const work of [...works, last]) await attempt(work, errors);
    if (errors.length > 0)
      throw new AggregateError(errors, 'What the test file left did not close');
  });
}

async function attempt(work: Work, errors: unknown[]): Promise<void> {
  try {
    await work();
  } catch (error) {
    errors.push(error);
  }
}
