import { downloadFile } from '../../../lib/download-file.ts';

/** Where an export goes, part by part. */
export interface Sink {
  write(part: Uint8Array<ArrayBuffer>): Promise<void> | void;
  /** All of it is there. */
  close(): Promise<void> | void;
  /** Leaves nothing behind. */
  abort(): Promise<void> | void;
}

/** What browsers with the File System Access API have. */
interface FilePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<PickedFile>;
}

interface PickedFile {
  createWritable(): Promise<Sink>;
}

/**
 * Asks where to save the file, and streams it to the disk, where the browser can; else collects it and
 * downloads it when it is complete. To be called while a click is handled.
 * @returns undefined if the person chose no file
 */
export async function openSink(fileName: string): Promise<Sink | undefined> {
  const { showSaveFilePicker } = globalThis as FilePicker;
  if (!showSaveFilePicker) return createDownload(fileName);
  try {
    const file = await showSaveFilePicker({ suggestedName: fileName });
    return await file.createWritable();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    // Not allowed here, as in a frame or by a policy of the company.
    return createDownload(fileName);
  }
}

/** So many bytes become a blob, which the browser may keep on the disk. */
const BLOB_BYTES = 16 * 1024 * 1024;

function createDownload(fileName: string): Sink {
  let parts: BlobPart[] = [];
  let bytes = 0;
  const blobs: Blob[] = [];
  return {
    write(part) {
      parts.push(part);
      bytes += part.byteLength;
      if (bytes < BLOB_BYTES) return;
      blobs.push(new Blob(parts));
      parts = [];
      bytes = 0;
    },
    close: () => downloadFile(fileName, [...blobs, ...parts]),
    abort: () => undefined,
  };
}
