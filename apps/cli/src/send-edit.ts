import { ApiError } from '@tollkeeper/sdk';
import type { Field } from './output.ts';

interface Edit<R, T> {
  /** The record as the command read it. */
  readonly read: R;
  readonly readAgain: () => Promise<R>;
  /** All that an edit of the record can set, in words. */
  readonly fieldsOf: (record: R) => readonly Field[];
  readonly send: () => Promise<T>;
}

/**
 * Sends an edit with the etag of what was read. Where somebody else has edited that since, the
 * refusal also says what it is now.
 */
export async function sendEdit<R, T>({ read, readAgain, fieldsOf, send }: Edit<R, T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'edit_conflict') throw error;
    const before = new Map(fieldsOf(read).map(([name, value]) => [name, value]));
    const errors = fieldsOf(await readAgain())
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]) => ({ path: '', message: `${name}: now ${value}` }));
    throw new ApiError({ ...error.problem, errors });
  }
}
