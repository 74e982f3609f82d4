import { isAsked } from '../request/connection-options.ts';
import { capitalize } from '../request/header-kinds.ts';
import type { AddressHeader } from './public-address.ts';

/** Of the connection to the upstream, or taken from it by the framing of our own. */
const DROPPED = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'upgrade',
  'http2-settings',
];

/** What some headers of an answer mean to the gateway; it passes all others on as they are. */
const KINDS: ReadonlyMap<string, AnswerKind> = new Map<string, AnswerKind>([
  ...DROPPED.map((name) => [name, 'dropped'] as const),
  ['connection', 'connection'],
  ['transfer-encoding', 'encoding'],
  ['content-length', 'length'],
  ['trailer', 'trailer'],
  ['location', 'reference'],
  ['content-location', 'reference'],
  ['refresh', 'refresh'],
  ['set-cookie', 'cookie'],
]);

type AnswerKind = 'dropped' | 'connection' | 'encoding' | 'length' | 'trailer' | AddressHeader;

const PLAIN_NAMES = ['cache-control', 'content-type', 'date', 'last-modified', 'server'];

/** By the spellings that servers use, so that most names are read without a copy in lower case. */
const SPELLINGS: ReadonlyMap<string, AnswerKind | 'plain'> = new Map(
  [...PLAIN_NAMES.map((name) => [name, 'plain'] as const), ...KINDS].flatMap(([name, kind]) => [
    [name, kind],
    [capitalize(name), kind],
  ]),
);
const PLAIN_ENCODING = /^(?:chunked|identity)$/i;
/** Said about the body by the head alone (RFC 9110, 6.5.1). */
const NO_TRAILER = new Set([
  ...DROPPED,
  'trailer',
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'host',
  'set-cookie',
]);

/** The head of an upstream's answer, for the client. */
export interface AnswerHead {
  /** Names and values in turn. */
  readonly headers: string[];
  /** Undefined where the body ends by itself. */
  readonly contentLength: number | undefined;
  /** How the body is encoded beside its chunks, which only the upstream's connection may tell. */
  readonly coding: string | undefined;
}

/** Names and values in turn, as an upstream sent them: bytes, or text in latin1. */
export type RawHeaders = readonly (Buffer | string)[];

/** What the addresses of the upstream in a head become. */
export interface AddressRewriter {
  publicValue(kind: AddressHeader, value: string): string;
}

/**
 * @param withTrailers whether trailers may follow the body; only a body in chunks can have them
 */
export function answerHead(
  raw: RawHeaders,
  status: number,
  withTrailers: boolean,
  rewriter: AddressRewriter,
): AnswerHead {
  const headers: string[] = [];
  let contentLength: number | undefined;
  let connection = '';
  let encoding = '';
  let trailerAt = -1;
  const texts = headerTexts(raw);
  for (let i = 0; i < texts.length; i += 2) {
    const name = texts[i] ?? '';
    const value = texts[i + 1] ?? '';
    const kind = SPELLINGS.get(name) ?? KINDS.get(name.toLowerCase());
    switch (kind) {
      case undefined:
      case 'plain':
        headers.push(name, value);
        break;
      case 'dropped':
        break;
      case 'connection':
        connection += `${value.toLowerCase()},`;
        break;
      case 'encoding':
        encoding += encoding === '' ? value : `, ${value}`;
        break;
      case 'length':
        contentLength = Number(value);
        // Some clients would wait for what never comes (RFC 9110, 8.6).
        if (status !== 204) headers.push(name, value);
        break;
      case 'trailer':
        if (!withTrailers) break;
        trailerAt = headers.length;
        headers.push(name, value);
        break;
      default:
        headers.push(name, rewriter.publicValue(kind, value));
    }
  }
  // With a length, the body goes out without chunks.
  if (trailerAt >= 0 && contentLength !== undefined) headers.splice(trailerAt, 2);
  const coding = encoding === '' || PLAIN_ENCODING.test(encoding) ? undefined : encoding;
  return { headers: dropAsked(headers, connection), contentLength, coding };
}

export function isEventStream(headers: readonly string[]): boolean {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === 'content-type');
  return at >= 0 && /^text\/event-stream\b/i.test(headers[at + 1] ?? '');
}

/** As pairs, as Node takes them. */
export function answerTrailers(raw: RawHeaders): [string, string][] {
  const trailers: [string, string][] = [];
  const texts = headerTexts(raw);
  for (let i = 0; i < texts.length; i += 2) {
    const name = texts[i] ?? '';
    if (!NO_TRAILER.has(name.toLowerCase())) trailers.push([name, texts[i + 1] ?? '']);
  }
  return trailers;
}

/** Without the headers that Connection names: they were for the gateway. */
function dropAsked(headers: string[], connection: string): string[] {
  if (connection === '' || connection === 'keep-alive,' || connection === 'close,') return headers;
  return headers.filter((_, i) => {
    const name = (headers[i - (i % 2)] ?? '').toLowerCase();
    return name === 'content-length' || !isAsked(connection, name);
  });
}

/**
 * As texts. The bytes of a head usually lie in one piece of memory, in the order in which they came:
 * to read them at once and cut the text takes a third of the time of reading each.
 */
function headerTexts(raw: RawHeaders): readonly string[] {
  const first = raw[0];
  const last = raw.at(-1);
  if (typeof first !== 'object' || typeof last !== 'object') return raw.map(textOf);
  const { buffer, byteOffset: start } = first;
  const length = last.byteOffset + last.length - start;
  if (last.buffer !== buffer || length < 0) return raw.map(textOf);
  const whole = Buffer.from(buffer, start, length).toString('latin1');
  return raw.map((part) => {
    if (typeof part === 'string') return part;
    const at = part.byteOffset - start;
    const isWithin = part.buffer === buffer && at >= 0 && at + part.length <= length;
    return isWithin ? whole.slice(at, at + part.length) : textOf(part);
  });
}

function textOf(part: Buffer | string): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}
