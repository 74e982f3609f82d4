import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { exportHead, type VerifierKey, vkeyText } from '@tollkeeper/transparency-log';
import { EXIT, Failure } from '../../failure.ts';

const OBJECT = /^\d+\.jsonl\.gz$/;

/**
 * The objects that a log stream has stored, copied to a folder, as an export that the checkpoint of the last one proves.
 * Throws Failure where there are none, and without a key, which they do not have with them.
 */
export async function* readStoredObjects(
  folder: string,
  key: VerifierKey | undefined,
): AsyncGenerator<Uint8Array> {
  if (!key) throw new Failure(EXIT.usage, 'Stored objects have no key with them: give --key.');
  const files = await findObjects(folder);
  const last = files.at(-1);
  if (last === undefined) {
    throw new Failure(EXIT.usage, `"${folder}" has no objects of a log stream (*.jsonl.gz).`);
  }
  const checkpoint = await readFile(last.replace(/\.jsonl\.gz$/, '.checkpoint'), 'utf8');
  yield Buffer.from(`${exportHead(checkpoint, vkeyText(key), {})}\n`);
  for (const file of files) yield* createReadStream(file).pipe(createGunzip());
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** In the order of their events, wherever below the folder they are. */
async function findObjects(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => OBJECT.test(name));
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted((a, b) => firstSequence(a) - firstSequence(b));
}

function firstSequence(file: string): number {
  return Number.parseInt(basename(file), 10);
}
