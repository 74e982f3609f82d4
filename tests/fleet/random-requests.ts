/** Requests as bytes, one behind another on a connection, right or wrong in every way that HTTP/1.1 can be. */
import fc from 'fast-check';

/** What a client sends on one connection. */
export interface RandomConnection {
  readonly parts: readonly Part[];
  /** Where the bytes are cut for writing, as parts of their length. */
  readonly cuts: readonly number[];
  /** Where the client resets the connection, as a part of the length; undefined if it does not. */
  readonly resetAt: number | undefined;
}

/** One request, or other bytes in its place. */
export interface Part {
  readonly bytes: string;
  readonly isHead: boolean;
  /** Those that its answer may have; empty where it may have any. */
  readonly statuses: readonly number[];
  /** A text that its answer contains. */
  readonly echo: string;
  /** Whether the server ends the connection; `open` where it may also wait for more. */
  readonly ends: 'never' | 'perhaps' | 'always' | 'open';
}

/** A good request, which is then framed in many ways. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  /** Each with its end of line. */
  readonly headers: string;
  readonly body: string;
  readonly statuses: readonly number[];
  /** Whether its answer repeats the path. */
  readonly isEchoed: boolean;
  /** How its connection ends if the request has no body, and if it has one. */
  readonly ends: readonly [Part['ends'], Part['ends']];
}

export function endpoint(
  method: string,
  path: string,
  statuses: readonly number[],
  others: Partial<Endpoint> = {},
): Endpoint {
  const defaults = { headers: '', body: 'hello', isEchoed: false };
  return { method, path, statuses, ...defaults, ends: ['never', 'never'], ...others };
}

type Template = (endpoint: Endpoint) => string;

const head = ({ method, path, headers }: Endpoint, lines: string, version = 'HTTP/1.1') =>
  `${method} ${path} ${version}\r\nHost: a\r\n${headers}${lines}\r\n`;
const headOf =
  (lines: string, version?: string): Template =>
  (each) =>
    head(each, lines, version);
/** With a body that may be shorter or longer than it says. */
const withLength =
  (lines = '', difference = 0): Template =>
  (each) =>
    head(each, `${lines}Content-Length: ${each.body.length + difference}\r\n`) + each.body;
const withChunks =
  (end: string, lines = ''): Template =>
  (each) => {
    const [half, rest] = [each.body.slice(0, 2), each.body.slice(2)];
    const chunks = `2;a=b\r\n${half}\r\n${rest.length.toString(16)}\r\n${rest}\r\n`;
    return `${head(each, `${lines}Transfer-Encoding: chunked\r\n`)}${chunks}${end}`;
  };
const LAST_CHUNK = '0\r\n\r\n';

const WITHOUT_BODY: readonly Template[] = [
  headOf('Content-Length: 0\r\n'),
  headOf('Content-Length: 0\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n'),
  headOf('Content-Length: 0\r\nConnection: keep-alive, x-a\r\nX-A: __proto__\r\n'),
  headOf(`Content-Length: 0\r\nX-Long: ${'x'.repeat(10_000)}\r\n`),
];
const WITH_BODY: readonly Template[] = [
  withLength(),
  withChunks(LAST_CHUNK),
  withChunks('0\r\nX-T: a\r\n\r\n', 'Trailer: x-t\r\n'),
];
/** Node ends the connection if it is refused before it was asked to go on. */
const EXPECTING: readonly Template[] = [
  withLength('Expect: 100-continue\r\n'),
  withChunks(LAST_CHUNK, 'Expect: 100-continue\r\n'),
];
/** Answered by a refusal, after which the connection may go on. */
const REFUSED: readonly Template[] = [
  withLength('Expect: miracles\r\n'),
  headOf('Expect: miracles\r\n'),
  headOf('Host: b\r\n'),
  (each) => head(each, '').replace('Host: a\r\n', ''),
  (each) => head(each, '').replace('Host: a', 'Host: a b'),
  (each) => head({ ...each, path: `http://a${each.path}` }, ''),
  (each) => head({ ...each, path: `http://b${each.path}` }, ''),
  (each) => head({ ...each, path: `${each.path}/../\\%00`, headers: '' }, ''),
  (each) => head({ ...each, method: 'TRACE' }, ''),
];
const ENDING: readonly Template[] = [
  headOf('Connection: close\r\n'),
  headOf('', 'HTTP/1.0'),
  headOf('', 'HTTP/2.0'),
  headOf('', 'HTTP/9.9'),
  headOf('', 'ICY/1.1'),
  headOf('Content-Length: 1\r\nContent-Length: 2\r\n'),
  headOf('Content-Length: -1\r\n'),
  headOf('Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
  headOf('Transfer-Encoding: gzip\r\n'),
  headOf('X-Nul: a\0b\r\n'),
  headOf('X-Bare: a\rb\r\n'),
  headOf('no colon\r\n'),
  headOf(': no name\r\n'),
  headOf(`X-Long: ${'x'.repeat(20_000)}\r\n`),
  withLength('', -3),
  withChunks('x\r\n'),
  withChunks('fffffffffffffffff\r\n'),
  (each) => head({ ...each, method: 'FROB' }, ''),
  (each) => head({ ...each, path: `/\0${each.path}` }, ''),
  () => 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => '\x16\x03\x01 this is no request\r\n\r\n',
  () => '\0\0\0\0\r\n\r\n',
];
const HANDSHAKE = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'a'.repeat(22)}==\r\n`;
/** Bytes of a frame that no client may send, as it is not masked. */
const FRAME = '\x81\x05hello';
const OPEN: readonly Template[] = [
  headOf(HANDSHAKE),
  (each) => `${head(each, HANDSHAKE)}${FRAME}`,
  headOf('Connection: Upgrade\r\nUpgrade: websocket\r\n'),
  headOf('Content-Length: 0\r\nConnection: Upgrade\r\nUpgrade: tcp, tcp/2\r\n'),
  // Behind a request that it does not upgrade, Node drops what came in the same read.
  headOf('Content-Length: 0\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'),
  withLength('Connection: Upgrade\r\nUpgrade: websocket\r\n'),
  withLength('', 9),
  withChunks(''),
  withChunks('0\r\nX-T: '),
  headOf('Connection: keep-alive\r\n', 'HTTP/1.0'),
  (each) => head(each, '').slice(0, -2),
  (each) => head(each, '').slice(0, 5),
  () => '\r\n\r\n',
];

/** @param endpoints of one server */
export function randomConnection(endpoints: readonly Endpoint[]): fc.Arbitrary<RandomConnection> {
  const make =
    (templates: readonly Template[], ends: (each: Endpoint) => Part['ends'], isKnown: boolean) =>
    (each: Endpoint) =>
      fc.constantFrom(...templates).map((template) => {
        const bytes = template(each);
        return {
          ...{ bytes, isHead: bytes.startsWith('HEAD '), ends: ends(each) },
          statuses: isKnown ? each.statuses : [],
          echo: isKnown && each.isEchoed ? each.path : '',
        };
      });
  const good = fc.constantFrom(...endpoints);
  const part = fc.oneof(
    { weight: 60, arbitrary: good.chain(make(WITHOUT_BODY, ({ ends }) => ends[0], true)) },
    { weight: 40, arbitrary: good.chain(make(WITH_BODY, ({ ends }) => ends[1], true)) },
    { weight: 10, arbitrary: good.chain(make(EXPECTING, () => 'perhaps', true)) },
    { weight: 6, arbitrary: good.chain(make(REFUSED, () => 'perhaps', false)) },
    { weight: 8, arbitrary: good.chain(make(ENDING, () => 'always', false)) },
    { weight: 10, arbitrary: good.chain(make(OPEN, () => 'open', false)) },
  );
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.record({
    // More than the gateway has under way at once, but mostly few.
    parts: fc.oneof(
      { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(part, { minLength: 1, maxLength: 20, size: 'max' }) },
    ),
    cuts: fc.oneof(fc.constant([]), fc.array(fraction, { maxLength: 6 })),
    resetAt: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fraction },
    ),
  });
}
