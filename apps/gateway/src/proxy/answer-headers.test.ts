import { expect, it } from 'vitest';
import { answerHead, answerTrailers, type RawHeaders } from './answer-headers.ts';

const PAIRS = ['X-First', 'a', 'Content-Type', 'text/plain', 'X-Empty', '', 'X-Latin', 'caf\xe9'];

/** Views into one piece of memory, with something between them as on the wire. */
function views(texts: readonly string[]): Buffer[] {
  const bytes = Buffer.from(`??${texts.join(': ')}??`, 'latin1');
  let at = 2;
  return texts.map((text) => {
    const view = bytes.subarray(at, at + text.length);
    at += text.length + 2;
    return view;
  });
}

/** In memory of its own, behind where the others end. */
function copy(part: Buffer | undefined): Buffer {
  const far = Buffer.from(new ArrayBuffer(1024 * 1024), 1_000_000, part?.length ?? 0);
  part?.copy(far);
  return far;
}

const inOne = views(PAIRS);

function middleLast(): Buffer[] {
  const moved = views([...PAIRS.toSpliced(3, 1), PAIRS[3] ?? '']);
  return moved.slice(0, -1).toSpliced(3, 0, ...moved.slice(-1));
}

it.each<[string, RawHeaders]>([
  ['texts', PAIRS],
  ['views into one piece of memory', inOne],
  ['bytes that lie apart', inOne.map(copy)],
  ['one that lies elsewhere than the rest', inOne.map((part, i) => (i === 3 ? copy(part) : part))],
  ['a first one that lies elsewhere', inOne.map((part, i) => (i === 0 ? copy(part) : part))],
  ['a last one that lies elsewhere', inOne.map((part, i) => (i === 7 ? copy(part) : part))],
  ['views in another order', views(PAIRS.toReversed()).toReversed()],
  ['a middle one that lies behind the others', middleLast()],
])('reads headers that come as %s', (_, raw) => {
  const rewriter = { publicValue: (_: string, value: string) => value };
  expect(answerHead(raw, 200, true, rewriter).headers).toEqual(PAIRS);
  const trailers = [PAIRS.slice(0, 2), PAIRS.slice(4, 6), PAIRS.slice(6)];
  expect(answerTrailers(raw)).toEqual(trailers);
});

it('reads no headers where there are none', () => {
  const rewriter = { publicValue: (_: string, value: string) => value };
  expect(answerHead([], 200, true, rewriter).headers).toEqual([]);
});
