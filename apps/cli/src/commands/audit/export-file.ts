import { access, type FileHandle, open, rename } from 'node:fs/promises';
import { type ExportFormat, exportCursor, isBeforeEvents } from '@tollkeeper/contract';
import { EXIT, Failure } from '../../failure.ts';

/** A file that is written under another name until it is whole. */
export interface ExportFile {
  /** Where it is until then. */
  readonly path: string;
  /** Where the server goes on; undefined for a new file. */
  readonly cursor: string | undefined;
  write(part: Uint8Array): Promise<void>;
  /** Keeps what there is, to go on later. */
  close(): Promise<void>;
  complete(): Promise<void>;
}

/**
 * Begins a file that does not exist yet, or goes on after the last whole line of one that broke off.
 * @throws Failure where there is one already, or none to go on with
 */
export async function openExportFile(
  name: string,
  format: ExportFormat,
  resume: boolean,
): Promise<ExportFile> {
  if (await exists(name)) {
    throw new Failure(
      EXIT.usage,
      resume
        ? `"${name}" is complete. Delete it to export again.`
        : `"${name}" exists. Choose another name, or delete it.`,
    );
  }
  const path = `${name}.partial`;
  if (!resume && (await exists(path))) {
    throw new Failure(
      EXIT.usage,
      `"${path}" is an export that broke off. Add --resume to go on with it, or delete it.`,
    );
  }
  const handle = await open(path, resume ? 'r+' : 'wx', 0o600).catch((error) => {
    throw new Failure(EXIT.usage, `Cannot write "${path}": ${error.code ?? error.message}.`, {
      cause: error,
    });
  });
  const { end, cursor } = await prepare(handle, format, resume).catch(async (error) => {
    await handle.close();
    throw error;
  });
  let position = end;
  return {
    path,
    cursor,
    async write(part) {
      await handle.write(part, 0, part.length, position);
      position += part.length;
    },
    close: () => handle.close(),
    async complete() {
      await handle.sync();
      await handle.close();
      await rename(path, name);
    },
  };
}

/** Cuts off the last line where it is not whole. */
async function prepare(handle: FileHandle, format: ExportFormat, resume: boolean) {
  const place = resume ? await findEnd(handle, format) : { end: 0, cursor: undefined };
  await handle.truncate(place.end);
  return place;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Longer than two lines can be: an event has 65,535 bytes, and escapes may double them in other formats. */
const TAIL_BYTES = 1024 * 1024;

/** The end of the last whole line, and where the server goes on after it. */
async function findEnd(handle: FileHandle, format: ExportFormat) {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(size - start),
    0,
    size - start,
    start,
  );
  let end = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
  let last = lastLine(buffer.subarray(0, end));
  // Proofs of events that did not arrive: the server sends both again.
  while (isBeforeEvents(last)) {
    end -= last.length + 1;
    last = lastLine(buffer.subarray(0, end));
  }
  const cursor = cursorAfter(await firstLine(handle), last, format);
  // A header alone: the server sends it again.
  if (cursor === undefined) return { end: 0, cursor };
  return { end: start + end, cursor };
}

function cursorAfter(first: string, last: string, format: ExportFormat): string | undefined {
  try {
    return exportCursor(first, last, format);
  } catch (cause) {
    const message = `The file is no export in the format "${format}".`;
    throw new Failure(EXIT.usage, message, { cause });
  }
}

/** Of bytes that end with a line. */
function lastLine(bytes: Buffer): string {
  return bytes.toString().trimEnd().split('\n').at(-1) ?? '';
}

async function firstLine(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead).toString().split('\n', 1)[0] ?? '';
}

/** Longer than a checkpoint with its signatures. */
const HEAD_BYTES = 64 * 1024;
