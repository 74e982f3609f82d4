import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, opendir, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { POLICIES_MAX } from '@tollkeeper/contract';
import { EXIT, Failure } from '../../failure.ts';
import { counted } from '../../text/format.ts';
import { type PolicyFields, PolicyFileError, parsePolicyFile } from './policy-file.ts';

/** A policy as a file has it. */
export interface FiledPolicy extends PolicyFields {
  /** Name of the folder, which stands for a workspace or the organization. */
  readonly folder: string;
  /** Name of the file, with its ending. */
  readonly file: string;
  /** Line of the file on which the text begins. */
  readonly textLine: number;
}

const ENDING = '.cedar';
/** More than any policy takes: three bytes for each character, and the lines before its text. */
const BYTES_MAX = 65_536;
/** Entries of one folder, whatever they are. */
const ENTRIES_MAX = 10_000;

/**
 * All policies below a folder. Symbolic links are not followed: they could lead to any file.
 * @param isWanted whether the folder of this name is read
 * @throws Failure that names each file that is no policy
 */
export async function readPolicyFolder(
  root: string,
  isWanted: (folder: string) => boolean,
): Promise<readonly FiledPolicy[]> {
  const found: FiledPolicy[] = [];
  const faults: string[] = [];
  for (const folder of (await entriesOf(root)).filter(isWanted)) {
    for (const file of await policyFilesIn(root, folder)) {
      try {
        const policy = parsePolicyFile(await readText(join(root, folder, file)));
        found.push({ ...policy, folder, file });
      } catch (error) {
        if (!(error instanceof PolicyFileError)) throw error;
        faults.push(`${join(root, folder, file)}:${error.line}:1: ${error.message}`);
      }
    }
  }
  faults.push(...findDuplicates(root, found));
  if (faults.length === 0) return found;
  throw invalidPolicies(faults);
}

export function invalidPolicies(details: readonly string[]): Failure {
  const text = `There ${details.length === 1 ? 'is' : 'are'} ${counted(details.length, 'error')} in the policies. Nothing was changed.`;
  return new Failure(EXIT.invalidInput, text, { details });
}

/** Replaces the file as a whole, and a symbolic link instead of what it leads to. */
export async function writePolicyFile(
  root: string,
  folder: string,
  file: string,
  content: string,
): Promise<void> {
  await mkdir(root, { recursive: true });
  await mkdir(join(root, folder)).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await requireFolder(join(root, folder));
  const temporary = join(root, folder, `.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(content);
    await handle.close();
    await rename(temporary, join(root, folder, file));
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

export async function deletePolicyFile(root: string, { folder, file }: FiledPolicy): Promise<void> {
  await requireFolder(join(root, folder));
  await unlink(join(root, folder, file));
}

/** Names of what a folder holds, hidden entries excepted; nothing where there is no folder. */
async function entriesOf(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(path)) {
      if (!name.startsWith('.')) names.push(name);
      if (names.length > ENTRIES_MAX) {
        throw new Failure(EXIT.usage, `The folder "${path}" holds too much to be policies.`);
      }
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    if (codeOf(error) !== 'ENOTDIR') throw error;
    throw new Failure(EXIT.usage, `"${path}" is no folder.`, { cause: error });
  }
  return names.toSorted();
}

async function policyFilesIn(root: string, folder: string): Promise<string[]> {
  const path = join(root, folder);
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) await requireFolder(path);
  if (!entry.isDirectory()) return [];
  const files = (await entriesOf(path)).filter((name) => name.endsWith(ENDING));
  if (files.length <= POLICIES_MAX) return files;
  const text = `The folder "${path}" holds more than ${POLICIES_MAX} policies, which is the most that one place can have.`;
  throw new Failure(EXIT.usage, text);
}

/** Whether the folder holds files of policies. @throws Failure if it is a symbolic link */
export async function holdsPolicies(root: string, folder: string): Promise<boolean> {
  return (await policyFilesIn(root, folder)).length > 0;
}

/** The folders, and whatever else stands beside them. */
export function listFolders(root: string): Promise<readonly string[]> {
  return entriesOf(root);
}

async function requireFolder(path: string): Promise<void> {
  if ((await lstat(path)).isDirectory()) return;
  throw new Failure(EXIT.usage, `"${path}" is a symbolic link, or no folder. Replace it.`);
}

/** @throws PolicyFileError */
async function readText(path: string): Promise<string> {
  // A pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((cause: unknown) => {
    const isLink = codeOf(cause) === 'ELOOP';
    throw new PolicyFileError(1, isLink ? NO_FILE : `It cannot be read (${codeOf(cause)}).`);
  });
  try {
    if (!(await handle.stat()).isFile()) throw new PolicyFileError(1, NO_FILE);
    const buffer = Buffer.alloc(BYTES_MAX + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > BYTES_MAX) throw new PolicyFileError(1, 'It is too long to be a policy.');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      buffer.subarray(0, length),
    );
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new PolicyFileError(1, 'It is no text in UTF-8.');
  } finally {
    await handle.close();
  }
}

const NO_FILE = 'It is a symbolic link, or no file. Replace it by a file.';

/** The server takes names that differ in case alone for one. */
function findDuplicates(root: string, policies: readonly FiledPolicy[]): string[] {
  const seen = new Map<string, FiledPolicy>();
  return policies.flatMap((policy) => {
    const { folder, file, name } = policy;
    const key = `${folder}/${name.toLowerCase()}`;
    const other = seen.get(key);
    seen.set(key, policy);
    if (!other) return [];
    return [`${join(root, folder, file)}:1:1: "${other.file}" has the name "${name}" as well.`];
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
