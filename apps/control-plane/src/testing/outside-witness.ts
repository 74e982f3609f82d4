/**
 * A witness, written only from the texts of C2SP tlog-witness and tlog-cosignature and of RFC 9162: it
 * shares no line with the code that asks it.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCheckpoint } from '../../../../packages/transparency-log/src/testing/independent-verifier.ts';
import { atFileEnd } from './at-file-end.ts';

const sha256 = (...parts: Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right);

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export type OutsideWitnessServer = Awaited<ReturnType<typeof startOutsideWitness>>;

export async function startOutsideWitness(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const material = Buffer.concat([Buffer.of(4), raw]);
  const keyId = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4);
  /** What it has cosigned of each log that it knows. */
  const logs = new Map<string, { vkey: string; size: number; root: Buffer }>();
  const requests: string[] = [];

  function reply(body: string): Reply {
    const split = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, split).split('\n');
    const oldSize = Number(/^old (0|[1-9]\d*)$/.exec(old)?.[1] ?? Number.NaN);
    const note = body.slice(split + 2);
    const log = logs.get(note.split('\n', 1)[0] ?? '');
    if (!log) return { status: 404 };
    let signed: ReturnType<typeof readCheckpoint>;
    try {
      signed = readCheckpoint(note, log.vkey);
    } catch {
      return { status: 403 };
    }
    const { size, rootHash } = signed;
    if (!(oldSize <= size) || proof.length > 63) return { status: 400 };
    if (oldSize !== log.size) return conflict(log.size);
    if (oldSize === size && !rootHash.equals(log.root)) return { status: 409 };
    const hashes = proof.map((line) => Buffer.from(line, 'base64'));
    if (!isConsistent([log.size, log.root], [size, rootHash], hashes)) return { status: 422 };
    Object.assign(log, { size, root: rootHash });
    return { status: 200, body: cosign(note.slice(0, note.lastIndexOf('\n\n') + 1)) };
  }

  function cosign(text: string, seconds = Math.floor(Date.now() / 1000)): string {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const signature = sign(
      null,
      Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`),
      privateKey,
    );
    return `\u2014 ${name} ${Buffer.concat([keyId, time, signature]).toString('base64')}\n`;
  }

  const witness = {
    name,
    vkey: `${name}+${keyId.toString('hex')}+${material.toString('base64')}`,
    url: '',
    logs,
    requests,
    cosign,
    /** Its answer by the rules. */
    reply,
    /** How it answers instead of by the rules; undefined is never. */
    misbehave: null as null | ((body: string) => Promise<Reply | undefined> | Reply | undefined),
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push(`${request.method} ${request.url}\n${body}`);
    const answer = witness.misbehave ? await witness.misbehave(body) : reply(body);
    if (answer) end(response, answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atFileEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  witness.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
  return witness;
}

export function conflict(size: number): Reply {
  return { status: 409, body: `${size}\n`, headers: { 'content-type': 'text/x.tlog.size' } };
}

function end(response: ServerResponse, { status, body = '', headers = {} }: Reply): void {
  response.writeHead(status, headers).end(body);
}

type Tree = readonly [size: number, root: Buffer];

/** RFC 9162, section 2.1.4.2. */
function isConsistent([first, firstRoot]: Tree, [second, secondRoot]: Tree, proof: Buffer[]) {
  if (first === 0 || first === second) return proof.length === 0;
  const isPowerOfTwo = Number.isInteger(Math.log2(first));
  const [start, ...path] = isPowerOfTwo ? [firstRoot, ...proof] : proof;
  if (!start) return false;
  let [fn, sn, fr, sr] = [first - 1, second - 1, start, start];
  while (fn % 2 === 1) [fn, sn] = [fn >> 1, sn >> 1];
  for (const hash of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeOf(hash, fr), nodeOf(hash, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else sr = nodeOf(sr, hash);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return fr.equals(firstRoot) && sr.equals(secondRoot) && sn === 0;
}
