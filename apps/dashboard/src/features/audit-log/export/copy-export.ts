import type { ExportPlace, LineWriter } from './line-writer.ts';

/**
 * Copies an export to where it goes, one part after the other.
 * @returns why it broke off, with what has come kept; undefined once all of it is there
 * @throws what the writer throws; nothing is left behind then
 */
export async function copyExport(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  writer: LineWriter,
  onProgress: (place: ExportPlace) => void,
): Promise<{ readonly cause: unknown } | undefined> {
  const reader = bytes.getReader();
  try {
    for (;;) {
      const next = await reader.read().catch((cause) => ({ cause }));
      if ('cause' in next) {
        writer.breakOff();
        return next;
      }
      if (next.done) break;
      await writer.write(next.value);
      onProgress(writer.place());
    }
    await writer.close();
    return undefined;
  } catch (error) {
    await Promise.allSettled([reader.cancel(), writer.abort()]);
    throw error;
  }
}
