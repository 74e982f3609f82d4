import type { ExportFormat } from '@tollkeeper/contract';
import { expect, it, vi } from 'vitest';
import { copyExport } from './copy-export.ts';
import { createLineWriter, type ExportPlace } from './line-writer.ts';
import type { Sink } from './open-sink.ts';

const encoder = new TextEncoder();
const BREAK = new TypeError('the connection broke');
const CHECKPOINT = '{"checkpoint":"keys.example/org_1\\n9\\nroot\\n"}\n';
const HASHES = '{"leafHashes":"aGFzaA=="}\n';

it('copies every part, and says how far it is', async () => {
  const { writer, sink, written } = memory('jsonl');
  const places: ExportPlace[] = [];
  const parts = ['{"sequence":7,"a":1}\n{"sequ', 'ence":8}\n{"sequence":9}\n', 'tail'];
  expect(await copyExport(streamOf(parts), writer, (each) => places.push(each))).toBeUndefined();
  expect(written.join('')).toBe(parts.join(''));
  expect(places.map(({ cursor }) => cursor)).toEqual(['7', '9', '9']);
  expect(sink.close).toHaveBeenCalledOnce();
  expect(sink.abort).not.toHaveBeenCalled();
});

it.each<[string, ExportFormat, string[], string[], string]>([
  [
    'an event that is half there',
    'jsonl',
    ['{"sequence":1}\n{"sequ'],
    ['{"sequence":2}\n'],
    '{"sequence":1}\n{"sequence":2}\n',
  ],
  [
    'hashes whose events have not come',
    'jsonl',
    [`${CHECKPOINT}{"sequence":1}\n${HASHES}`],
    [`${HASHES}{"sequence":2}\n`],
    `${CHECKPOINT}{"sequence":1}\n${HASHES}{"sequence":2}\n`,
  ],
  [
    'a head without an event',
    'csv',
    ['sequence,id\n'],
    ['sequence,id\n1,evt_1\n'],
    'sequence,id\n1,evt_1\n',
  ],
])('goes on after a break without a gap or a copy: %s', async (_what, format, ...rest) => {
  const [before, after, all] = rest;
  const { writer, sink, written } = memory(format);
  expect(await copyExport(streamOf(before, BREAK), writer, () => undefined)).toEqual({
    cause: BREAK,
  });
  expect([sink.abort, sink.close].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  expect(await copyExport(streamOf(after), writer, () => undefined)).toBeUndefined();
  expect(written.join('')).toBe(all);
});

it('goes on against the tree of its first line', async () => {
  const { writer } = memory('jsonl');
  const first = streamOf([`${CHECKPOINT}{"sequence":1}\n`], BREAK);
  await copyExport(first, writer, () => undefined);
  expect(writer.place().cursor).toBe('1-9');
  await copyExport(streamOf(['{"sequence":2}\n'], BREAK), writer, () => undefined);
  expect(writer.place().cursor).toBe('2-9');
});

it('stops reading when the disk is full, and leaves nothing behind', async () => {
  const cancel = vi.fn();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(encoder.encode('{"sequence":1}\n')),
    cancel,
  });
  const { sink } = memory('jsonl');
  const full = { ...sink, write: () => Promise.reject(new Error('the disk is full')) };
  const writer = createLineWriter(full, 'jsonl');
  await expect(copyExport(endless, writer, () => undefined)).rejects.toThrow('the disk is full');
  expect(cancel).toHaveBeenCalledOnce();
  expect(sink.abort).toHaveBeenCalledOnce();
});

function streamOf(
  parts: readonly string[],
  failure?: Error,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const waiting = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = waiting.shift();
      if (part !== undefined) controller.enqueue(encoder.encode(part));
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}

function memory(format: ExportFormat) {
  const written: string[] = [];
  const sink = {
    write: (part) => void written.push(new TextDecoder().decode(part)),
    close: vi.fn(),
    abort: vi.fn(),
  } satisfies Sink;
  return { writer: createLineWriter(sink, format), sink, written };
}
