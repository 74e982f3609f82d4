import { readFile } from 'node:fs/promises';
import { EXIT, Failure } from '../../failure.ts';

/** The Cedar text in a file that was named. Throws Failure. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure(EXIT.usage, `Cannot read the file "${file}".`, { cause });
  }
}
