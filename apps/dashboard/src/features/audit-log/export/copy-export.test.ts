import { expect, it, vi } from 'vitest';
import { copyExport, type ExportProgress } from './copy-export.ts';
import type { Sink } from './open-sink.ts';

const encoder = new TextEncoder();

it('copies every part, and says how far it is', async () => {
  const { sink, written } = memory();
  const progress: ExportProgress[] = [];
  const parts = ['{"sequence":7,"a":1}\n{"sequ', 'ence":8}\n{"sequence":9}\n', 'tail'];
  await copyExport(streamOf(parts), sink, (each) => progress.push(each));
  expect(written.join('')).toBe(parts.join(''));
  expect(progress.map(({ sequence }) => sequence)).toEqual([7, 9, 9]);
  expect(progress.at(-1)?.bytes).toBe(parts.join('').length);
  expect(sink.close).toHaveBeenCalledOnce();
  expect(sink.abort).not.toHaveBeenCalled();
});

it('leaves nothing behind when the connection breaks', async () => {
  const { sink } = memory();
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError('the connection broke')),
  });
  await expect(copyExport(broken, sink, () => undefined)).rejects.toThrow('the connection broke');
  expect(sink.abort).toHaveBeenCalledOnce();
  expect(sink.close).not.toHaveBeenCalled();
});

it('stops reading when the disk is full', async () => {
  const cancel = vi.fn();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(encoder.encode('x')),
    cancel,
  });
  const { sink } = memory();
  const full = { ...sink, write: () => Promise.reject(new Error('the disk is full')) };
  await expect(copyExport(endless, full, () => undefined)).rejects.toThrow('the disk is full');
  expect(cancel).toHaveBeenCalledOnce();
});

function streamOf(parts: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

function memory() {
  const written: string[] = [];
  const sink = {
    write: (part) => void written.push(new TextDecoder().decode(part)),
    close: vi.fn(),
    abort: vi.fn(),
  } satisfies Sink;
  return { sink, written };
}
