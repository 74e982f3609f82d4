/** For tests: answers of an upstream as bytes, right or wrong in every way that HTTP/1.1 can be. */
import fc from 'fast-check';
import type { Script } from './scripted-upstream.ts';

/** One request, and what the upstream does with it. */
export interface RandomAnswer extends Script {
  /** How the client asks. */
  readonly asks: 'GET' | 'HEAD' | 'POST' | 'POST with trailers' | 'upgrade';
}

const CR_LF = '\r\n';

/** Few are wrong in two places: the first fault hides the next. */
const usually = <T>(value: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });
const mostly = <T>(common: fc.Arbitrary<T>, ...rare: fc.Arbitrary<T>[]) =>
  fc.oneof(
    { weight: 16 * rare.length, arbitrary: common },
    ...rare.map((arbitrary) => ({ weight: 1, arbitrary })),
  );

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const bytes = fc.array(byte, { maxLength: 40 }).map((all) => all.join(''));
const text = fc.string({ maxLength: 20 });
const visible = text.map((each) => each.replace(/[^\x21-\x7e]/g, '-'));

const status = usually(
  '200',
  fc.oneof(
    fc.constantFrom('204', '304', '101', '100', '103', '199', '000', '099', '600', '999', '1000'),
    fc.integer({ min: 0, max: 1100 }).map(String),
    bytes,
  ),
);
const version = usually(
  'HTTP/1.1',
  fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/9.9', 'http/1.1', 'ICY', 'HTTP/1.'),
);
const reason = usually('OK', fc.oneof(bytes, fc.constantFrom('', 'x'.repeat(5000))));
const statusLine = usually(
  'HTTP/1.1 200 OK',
  fc.oneof(
    fc.tuple(version, status, reason).map((each) => each.join(' ')),
    bytes,
  ),
);

/** Names that plain objects have, among the others. */
const name = mostly(
  fc.constantFrom(
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'X-A', 'Set-Cookie', 'Link'],
    ...['Content-Type', 'Trailer', 'Keep-Alive', 'TE', 'Date', 'Host', 'Proxy-Connection'],
  ),
  visible,
  bytes,
);
const value = mostly(
  fc.constantFrom('a', '', 'timeout=5', 'websocket', '\u00e4', 'x'.repeat(5000)),
  fc.constantFrom('a\r\n folded', 'a\rb', 'a\nb', 'a\0b', 'a\x7fb', '\x01', 'x'.repeat(70_000)),
  visible,
  bytes,
);
const framing = mostly(
  fc.constantFrom(
    ...['Content-Length: 5', 'Transfer-Encoding: chunked', 'Connection: close'],
    ...['Connection: keep-alive', 'Connection: __proto__', 'Connection: content-length, x-a'],
  ),
  fc
    .constantFrom('0', '6', '10', '-1', '5x', '5, 5', '99999999999999999999', '0x5')
    .map((length) => `Content-Length: ${length}`),
  fc
    .constantFrom('gzip', 'gzip, chunked', 'identity', 'chunked, chunked', 'xchunked')
    .map((coding) => `Transfer-Encoding: ${coding}`),
  fc.constantFrom('Connection: Upgrade', 'Upgrade: websocket', 'Connection: trailer'),
);
const header = mostly(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(name, value).map((each) => each.join(': ')) },
    { weight: 1, arbitrary: framing },
  ),
  bytes,
);
const lineEnd = usually(CR_LF, usually(CR_LF, fc.constantFrom('\n', '\r', '', '\r\r\n')));
const headers = fc
  .array(fc.tuple(header, lineEnd), { maxLength: 5 })
  .map((lines) => lines.flat().join(''));

const chunk = mostly(
  fc.constantFrom('5\r\nhello\r\n', '5;a=b\r\nhello\r\n'),
  fc.constantFrom('5\r\nhello', 'x\r\nhello\r\n', '-5\r\nhello\r\n', '5\nhello\n', '\r\n'),
  fc.constantFrom('fffffffffffffffffff\r\n', 'ffff\r\nhello\r\n'),
);
const chunked = fc
  .tuple(
    fc.array(chunk, { maxLength: 4 }).map((all) => all.join('')),
    headers,
    lineEnd,
  )
  .map(([chunks, trailers, end]) => `${chunks}0\r\n${trailers}${end}`);
const body = fc.oneof(fc.constantFrom('', 'hello', 'hello', 'hello, hello'), chunked, bytes);

const interim = fc
  .tuple(mostly(fc.constantFrom(102, 103, 104), fc.constantFrom(100, 101, 199)), headers, lineEnd)
  .map(([code, lines, end]) => `HTTP/1.1 ${code} Early\r\n${lines}${end}`);
const switching = headers.map(
  (lines) => `HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines}\r\n`,
);
const coded = fc
  .tuple(headers, chunked)
  .map(([lines, rest]) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${lines}\r\n${rest}`);
const free = fc.tuple(statusLine, lineEnd, headers, lineEnd, body).map((each) => each.join(''));
const whole = fc
  .tuple(
    fc.array(interim, { maxLength: 2 }).map((all) => all.join('')),
    fc.oneof({ weight: 3, arbitrary: free }, { weight: 2, arbitrary: coded }, switching),
  )
  .map((each) => each.join(''));

export const randomAnswer: fc.Arbitrary<RandomAnswer> = fc
  .record({
    asks: fc.constantFrom('GET', 'HEAD', 'POST', 'POST with trailers', 'upgrade'),
    answer: whole,
    /** Where it breaks off, as a part of its length. */
    until: usually(1, fc.double({ min: 0, max: 1, noNaN: true })),
    split: fc.double({ min: 0, max: 1, noNaN: true }),
    isSplit: fc.boolean(),
    isReset: usually(false, fc.boolean()),
  })
  .map(({ asks, answer, until, split, isSplit, isReset }) => {
    const sent = answer.slice(0, Math.round(answer.length * until));
    const at = Math.round(sent.length * split);
    return { asks, parts: isSplit ? [sent.slice(0, at), sent.slice(at)] : [sent], isReset };
  });
