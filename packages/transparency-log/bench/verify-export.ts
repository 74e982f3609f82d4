/** What it takes to verify an export with proofs, beside SHA-256 of the same bytes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  appendToEdge,
  auditLeafText,
  checkpointText,
  EMPTY_EDGE,
  edgeRoot,
  exportHead,
  leafHash,
  leafHashesLine,
  NOTE_ED25519,
  signNote,
  splitLines,
  verifierKey,
  verifyExport,
  vkeyText,
} from '../src/index.ts';
import { sampleKey } from '../src/testing/sample-log.ts';

const EVENTS = 1_000_000;
const RUN = 250;

export interface VerificationFigures {
  readonly events: number;
  readonly bytes: number;
  readonly verifyMs: number;
  readonly hashMs: number;
}

/** @param folder where the export is written */
export async function measureVerification(folder: string): Promise<VerificationFigures> {
  const file = join(folder, 'verified.jsonl');
  await writeExport(file);
  const hashedAt = performance.now();
  const hash = createHash('sha256');
  for await (const part of readParts(file)) hash.update(part);
  hash.digest();
  const verifiedAt = performance.now();
  const { events } = await verifyExport(splitLines(readParts(file)));
  const verifyMs = performance.now() - verifiedAt;
  if (events !== EVENTS) throw new Error(`Only ${events} events were verified`);
  const { size } = await stat(file);
  return { events, bytes: size, verifyMs, hashMs: verifiedAt - hashedAt };
}

function readParts(file: string): AsyncIterable<Buffer> {
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

async function writeExport(file: string): Promise<void> {
  const signer = { name: 'keys.example.com/org_1', privateKey: sampleKey(1) };
  const publicKey = vkeyText(verifierKey(signer.name, signer.privateKey, NOTE_ED25519));
  await using handle = await open(file, 'w');
  let edge = EMPTY_EDGE;
  for (let sequence = 1; sequence <= EVENTS; sequence += RUN) {
    edge = appendToEdge(edge, leavesFrom(sequence).map(leafHash)).edge;
  }
  const text = checkpointText({
    origin: signer.name,
    size: EVENTS,
    rootHash: await edgeRoot(edge),
  });
  await handle.write(`${exportHead(signNote(text, signer), publicKey, {})}\n`);
  for (let sequence = 1; sequence <= EVENTS; sequence += RUN) {
    const leaves = leavesFrom(sequence);
    await handle.write(`${leafHashesLine(leaves.map(leafHash))}\n${leaves.join('\n')}\n`);
  }
}

function leavesFrom(first: number): string[] {
  return Array.from({ length: RUN }, (_, n) => leafOf(first + n));
}

/** An event as a change of a key writes it. */
function leafOf(sequence: number): string {
  const keyId = `key_${String(sequence).padStart(20, '0')}`;
  return auditLeafText({
    ...{ id: `evt_${String(sequence).padStart(20, '0')}`, organizationId: 'org_1', sequence },
    ...{ at: new Date(1_790_000_000_000 + sequence), action: 'api_key.update' },
    actor: { type: 'member', memberId: 'mem_00000000000000000001' },
    target: { type: 'api_key', id: keyId, name: `ci-${sequence}` },
    before: { name: `ci-${sequence}`, scopes: ['apis.call', 'usage.read'], tags: [] },
    after: { name: `build-${sequence}`, scopes: ['apis.call', 'usage.read'], tags: [] },
    ...{ ip: '192.0.2.1', userAgent: 'tollkeeper/0.1.0', requestId: `req_${sequence}` },
  });
}
