import { request } from 'node:http';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeAccessLogFile, parseLines } from '../testing/access-log-file.ts';
import { startTestGateway, startUpstream, testConfig } from '../testing/test-gateway.ts';

const RUNS = process.env.LONG ? 20_000 : 300;
const PLACES = [
  'bearer',
  'x-api-key',
  'basic user',
  'basic password',
  'websocket-protocol',
  'query',
  'path',
  'long path',
  'encoded path',
  'question',
  'method of a question',
  'other header',
  'traceparent',
  'referer',
] as const;

interface Sent {
  readonly place: (typeof PLACES)[number];
  /** How many times each character is escaped. */
  readonly rounds: number;
  /** Which characters are escaped: all, or one in so many. */
  readonly every: number;
  /** How far from the start of a long path, or which encoding, and what stands before the key in it. */
  readonly offset: number;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  place: fc.constantFrom(...PLACES),
  rounds: fc.nat(7),
  every: fc.integer({ min: 1, max: 50 }),
  offset: fc.integer({ min: 960, max: 1040 }),
});

function escaped(text: string, { rounds, every }: Sent): string {
  let escapedText = text;
  for (let round = 0; round < rounds; round++) {
    escapedText =
      round === 0
        ? [...text].map((each, at) => (at % every === 0 ? percent(each) : each)).join('')
        : escapedText.replaceAll('%', '%25');
  }
  return escapedText;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

const ENCODINGS = ['base64', 'base64url', 'hex'] as const;

function encodedPath(secret: string, { offset, every, rounds }: Sent): string {
  const encoding = ENCODINGS[offset % ENCODINGS.length];
  const encoded = Buffer.from(`${'?'.repeat(every % 4)}${secret}:x`).toString(encoding);
  const inPath = rounds % 2 === 0 ? encoded : encodeURIComponent(encoded);
  return `/${'a'.repeat(rounds)}/${inPath}/b`;
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function requestFor(secret: string, each: Sent): { path: string; headers: Record<string, string> } {
  const text = escaped(secret, each);
  switch (each.place) {
    case 'bearer':
      return { path: '/', headers: { authorization: `Bearer ${secret}` } };
    case 'basic user':
      return { path: '/', headers: { authorization: basic(`${secret}:x`) } };
    case 'basic password':
      return { path: '/', headers: { authorization: basic(`x:${secret}`) } };
    case 'websocket-protocol': {
      const protocol = `a, openai-insecure-api-key.${secret}`;
      return { path: '/', headers: { 'sec-websocket-protocol': protocol } };
    }
    case 'query':
      return { path: `/a?b=${text}`, headers: {} };
    case 'path':
      return { path: `/a/${text}/b`, headers: {} };
    case 'long path':
      return { path: `/${'a'.repeat(each.offset)}${text}`, headers: {} };
    case 'encoded path':
      return { path: encodedPath(secret, each), headers: {} };
    case 'question':
      return { path: '/forward-auth', headers: { 'x-forwarded-uri': `/a${text}?b=${text}` } };
    case 'method of a question':
      return { path: '/forward-auth', headers: { 'x-forwarded-method': secret } };
    case 'other header':
      return { path: '/', headers: { 'x-goog-api-key': secret } };
    default:
      return { path: '/', headers: { [each.place]: secret } };
  }
}

it('no key is in the log, wherever a client puts it and however it is escaped', async () => {
  const log = await makeAccessLogFile();
  const upstream = await startUpstream((_, res) => res.end());
  const [route] = (await testConfig(upstream.url)).routes;
  if (!route) throw new Error('no route');
  const credentials = ['bearer', 'x-api-key', 'basic', 'websocket-protocol'];
  const gateway = await startTestGateway(upstream.url, {
    accessLog: log.accessLog,
    forwardAuth: true,
    methodHeader: 'x-forwarded-method',
    routes: [{ ...route, credentials }],
  });
  const secret = gateway.fleet.addKey();
  await fc.assert(
    fc.asyncProperty(sent, async (each) => {
      await new Promise<void>((resolve, reject) => {
        const { path, headers } = requestFor(secret, each);
        request({ ...gateway.address, path, headers }, (res) => res.resume().once('end', resolve))
          .once('error', reject)
          .end();
      });
    }),
    { numRuns: RUNS, seed: 20_261_129 },
  );
  await gateway.close();
  const text = await log.text();
  expect(parseLines(text)).toHaveLength(RUNS);
  for (const line of text.split('\n')) {
    expect(withoutEscapes(line)).not.toContain(secret);
    // Nor most of it.
    expect(withoutEscapes(line)).not.toContain(secret.slice(0, 30));
    expect(decoded(withoutEscapes(line))).not.toContain(secret.slice(0, 30));
  }
});

/** All that its words can mean, wherever their encoding begins. */
function decoded(text: string): string {
  const words = text.match(/[\w+/-]+/g) ?? [];
  const parts = words.flatMap((word) =>
    [0, 1, 2, 3].flatMap((start) =>
      ENCODINGS.map((each) => Buffer.from(word.slice(start), each).toString('latin1')),
    ),
  );
  return parts.join(' ');
}

function withoutEscapes(text: string): string {
  const next = text.replace(/%([0-7][0-9a-f])/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return next === text ? text : withoutEscapes(next);
}
