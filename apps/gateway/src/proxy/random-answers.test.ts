/** The gateway is a process of its own, so that an error that nobody catches ends it. */
import { Agent, type ClientRequest, request } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RandomAnswer, randomAnswer } from '../testing/random-answers.ts';
import { type Script, startScriptedUpstream } from '../testing/scripted-upstream.ts';
import { type GatewayProcess, startGatewayProcess } from '../testing/start-gateway-process.ts';
import { startUpstream } from '../testing/test-gateway.ts';

const ANSWERS = process.env.LONG ? 100_000 : 500;
const BATCH = 500;
const CLIENTS = 16;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
const TIMEOUT_MS = process.env.LONG ? 1_800_000 : 180_000;
/** Nothing that the upstream does takes any time. */
const ANSWER_MS = 60_000;
/** More than the gateway takes from an upstream. */
const HEAD_BYTES_MAX = 1024 * 1024;
const RESET = new Set(['ECONNRESET', 'EPIPE']);

let scripts: Map<string, Script>;
let gateway: GatewayProcess;
let agent: Agent;

beforeEach(async () => {
  scripts = new Map();
  agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const upstream = await startScriptedUpstream((path) => scripts.get(path));
  const good = await startUpstream((req, res) => {
    req.resume().on('end', () => res.end(`good ${req.url}`));
  });
  gateway = await startGatewayProcess(upstream, {}, { '/good': good.url });
});

afterEach(() => agent.destroy());

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const ASKS = ['GET', 'HEAD', 'POST', 'POST with trailers', 'upgrade'] as const;

it('passes on headers that plain objects have already', async () => {
  const lines = NAMES.map((name) => `${name}: a\r\n`).join('');
  const early = `HTTP/1.1 103 Early Hints\r\n${lines}\r\n`;
  const answer = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n${lines}\r\n`;
  scripts.set('/0', { parts: [early, `${answer}0\r\n${lines}\r\n`], isReset: false });
  const sent = NAMES.flatMap((name) => [name, 'a']);
  for (const asks of ASKS) {
    const { outcome, early: hints, headers, trailers } = await ask('/0', asks);
    expect([asks, outcome]).toEqual([asks, '200']);
    expect(hints).toEqual(sent);
    expect(headers).toEqual(expect.arrayContaining(sent));
    expect(trailers).toEqual(asks === 'HEAD' ? [] : sent);
  }
});

it(
  'ends by no answer of an upstream: each client gets one, or a reset',
  async () => {
    const seen = new Map<string, number>();
    for (let first = 0; first < ANSWERS; first += BATCH) {
      const answers = fc.sample(randomAnswer, { numRuns: BATCH, seed: SEED + first });
      const rest = answers.entries();
      const work = Array.from({ length: CLIENTS }, async () => {
        for (const [at, answer] of rest) {
          const outcome = await tryAnswer(`/${first + at}`, answer);
          seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        }
      });
      await Promise.all(work);
      const { outcome, body } = await ask(`/good/${first}`, 'POST');
      expect([outcome, body]).toEqual(['200', `good /good/${first}`]);
    }
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(ANSWERS);
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['200', '502', 'reset', 'upgraded']));
  },
  TIMEOUT_MS,
);

async function tryAnswer(path: string, answer: RandomAnswer): Promise<string> {
  scripts.set(path, answer);
  const { outcome } = await ask(path, answer.asks).catch((error: unknown) => {
    const what = JSON.stringify(answer);
    throw new Error(`After ${path} of seed ${SEED}, ${what}: ${error}`, { cause: error });
  });
  scripts.delete(path);
  if (gateway.hasEnded()) throw new Error(`Ended by ${path}: ${JSON.stringify(answer)}`);
  return outcome;
}

interface Outcome {
  /** The status, `reset`, or `upgraded`. */
  readonly outcome: string;
  readonly body: string;
  readonly early: readonly string[];
  readonly headers: readonly string[];
  readonly trailers: readonly string[];
}

/** @throws Error for an answer that is not HTTP, or none */
function ask(path: string, asks: RandomAnswer['asks']): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const outgoing = open(path, asks);
    const early: string[] = [];
    let body = '';
    let [headers, trailers]: string[][] = [[], []];
    const done = (outcome: string) => {
      clearTimeout(late);
      resolve({ outcome, body, early, headers: headers ?? [], trailers: trailers ?? [] });
    };
    const fail = (error: NodeJS.ErrnoException) => {
      if (RESET.has(error.code ?? '')) done('reset');
      else reject(error);
    };
    const late = setTimeout(() => reject(new Error(`No answer in ${ANSWER_MS} ms`)), ANSWER_MS);
    outgoing
      .on('error', fail)
      .on('information', ({ statusCode, rawHeaders }) => {
        if (statusCode === 103) early.push(...rawHeaders);
      })
      .on('upgrade', (_, socket) => {
        socket.on('error', () => undefined).once('close', () => done('upgraded'));
        socket.resume();
      })
      .on('response', (response) => {
        headers = response.rawHeaders;
        response
          .setEncoding('latin1')
          .on('error', fail)
          .on('data', (part) => {
            body += part;
          })
          .on('end', () => {
            trailers = response.rawTrailers;
            done(String(response.statusCode));
          });
      });
  });
}

function open(path: string, asks: RandomAnswer['asks']): ClientRequest {
  const { host, port } = gateway.address;
  const isUpgrade = asks === 'upgrade';
  const hasTrailers = asks === 'POST with trailers';
  const headers = {
    'x-api-key': gateway.secret,
    te: 'trailers',
    ...(hasTrailers ? { trailer: 'x-t', 'transfer-encoding': 'chunked' } : {}),
    ...(isUpgrade ? { connection: 'Upgrade', upgrade: 'websocket' } : {}),
  };
  const method = isUpgrade ? 'GET' : asks.replace(/ .*/, '');
  const target = { host, port, path, method, headers, maxHeaderSize: HEAD_BYTES_MAX };
  const outgoing = request({ ...target, ...(isUpgrade ? { agent: false } : { agent }) });
  if (hasTrailers) outgoing.addTrailers([['x-t', 'a']] as never);
  outgoing.end(method === 'POST' ? 'hello' : undefined);
  return outgoing;
}
