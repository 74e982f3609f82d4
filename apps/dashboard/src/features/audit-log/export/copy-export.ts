import type { Sink } from './open-sink.ts';

export interface ExportProgress {
  readonly bytes: number;
  /** Of the last event that has come; undefined where the format does not show it. */
  readonly sequence: number | undefined;
}

/**
 * Copies an export to where it goes, one part after the other, and leaves nothing behind when it fails
 * or is cancelled.
 */
export async function copyExport(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  sink: Sink,
  onProgress: (progress: ExportProgress) => void,
): Promise<void> {
  const reader = bytes.getReader();
  let copied = 0;
  let sequence: number | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await sink.write(value);
      copied += value.byteLength;
      sequence = lastSequence(value) ?? sequence;
      onProgress({ bytes: copied, sequence });
    }
    await sink.close();
  } catch (error) {
    await Promise.allSettled([reader.cancel(), sink.abort()]);
    throw error;
  }
}

const decoder = new TextDecoder();
/** As much of a part as holds the last events of it. */
const TAIL_BYTES = 4096;
const SEQUENCE = /"sequence":(\d{1,15})[,}]/g;

function lastSequence(part: Uint8Array): number | undefined {
  const found = [...decoder.decode(part.subarray(-TAIL_BYTES)).matchAll(SEQUENCE)].at(-1);
  return found && Number(found[1]);
}
