/** Answers as bytes, one behind another on a connection. */

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  /** Whether it is the last one of the connection. */
  readonly isLast: boolean;
  /** Where the next one begins. */
  readonly end: number;
}

const HEAD_END = '\r\n\r\n';
const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d)(?: [^\r\n]*)?$/;
const HEADER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n]*$/;

/**
 * The answer that begins at `from`, after those that only announce it.
 * @param isHead whether the request was HEAD
 * @returns undefined while it is not whole. @throws Error when it is no answer
 */
export function readAnswer(text: string, from: number, isHead: boolean): RawAnswer | undefined {
  const headEnd = text.indexOf(HEAD_END, from);
  if (headEnd < 0) {
    requirePrefix(text.slice(from, from + 9));
    return undefined;
  }
  const [line = '', ...lines] = text.slice(from, headEnd).split('\r\n');
  const [, code] = STATUS_LINE.exec(line) ?? [];
  const bad = code === undefined ? line : lines.find((each) => !HEADER.test(each));
  if (bad !== undefined) throw new Error(`No answer: ${JSON.stringify(bad)}`);
  const [status, bodyStart] = [Number(code), headEnd + HEAD_END.length];
  if (status < 200 && status !== 101) return readAnswer(text, bodyStart, isHead);
  const headers = new Map(lines.map((each) => split(each)));
  const isLast = status === 101 || headers.get('connection')?.toLowerCase() === 'close';
  const isEmpty = isHead || status === 101 || status === 204 || status === 304;
  const body = isEmpty ? { text: '', end: bodyStart } : readBody(text, bodyStart, headers);
  return body && { status, body: body.text, isLast, end: body.end };
}

function requirePrefix(text: string): void {
  if (!'HTTP/1.1 '.startsWith(text)) throw new Error(`No answer: ${JSON.stringify(text)}`);
}

function split(header: string): [string, string] {
  const at = header.indexOf(':');
  return [header.slice(0, at).toLowerCase(), header.slice(at + 1).trim()];
}

type Body = { readonly text: string; readonly end: number } | undefined;

function readBody(text: string, start: number, headers: ReadonlyMap<string, string>): Body {
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(text, start);
  const length = headers.get('content-length');
  // Until the connection ends: what is there is all that can be read.
  const end = length === undefined ? text.length : start + Number(length);
  return end > text.length ? undefined : { text: text.slice(start, end), end };
}

function readChunks(text: string, start: number): Body {
  let body = '';
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const line = text.slice(at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`No chunk: ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    if (size === 0) return readTrailers(text, lineEnd, body);
    const chunkEnd = lineEnd + 2 + size;
    if (chunkEnd + 2 > text.length) return undefined;
    body += text.slice(lineEnd + 2, chunkEnd);
    if (text.slice(chunkEnd, chunkEnd + 2) !== '\r\n') throw new Error('A chunk has no end');
    at = chunkEnd + 2;
  }
}

function readTrailers(text: string, lineEnd: number, body: string): Body {
  const end = text.indexOf(HEAD_END, lineEnd);
  return end < 0 ? undefined : { text: body, end: end + HEAD_END.length };
}
