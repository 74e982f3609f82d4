/** Loads a snapshot part by part, as a gateway does when it starts, and says what that took. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { openFrame, readPublicKey } from '@tollkeeper/protocol';
import { createKeyIndex, secretsCount } from '@tollkeeper/verify';
import { applyPart } from '../src/index.ts';

export interface Loaded {
  readonly secrets: number;
  readonly seconds: number;
  /** Of the loading thread: what else the machine does counts for less here. */
  readonly cpuSeconds: number;
  /** Of which opening frames took. */
  readonly openingSeconds: number;
  /** Of the process at its end, and the most that it ever had. */
  readonly residentMib: number;
  readonly residentMaxMib: number;
}

const MIB = 1024 * 1024;
/** As the gateway reckons. */
const KEY_BYTES = 80;

function loadSnapshot(file: string, publicKey: string): Loaded {
  const key = readPublicKey(publicKey);
  const index = createKeyIndex(Math.floor(statSync(file).size / KEY_BYTES));
  const startedAt = performance.now();
  const cpuBefore = process.threadCpuUsage();
  let openingMs = 0;
  for (const bytes of readFrames(file)) {
    const openedAt = performance.now();
    const { header, body } = openFrame(bytes, key);
    openingMs += performance.now() - openedAt;
    if (header.type !== 'snapshot') throw new Error(`A frame of type "${header.type}"`);
    applyPart(index, header.organizationId, body);
  }
  const { user, system } = process.threadCpuUsage(cpuBefore);
  return {
    secrets: secretsCount(index),
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - startedAt) / 1000,
    openingSeconds: openingMs / 1000,
    residentMib: process.memoryUsage().rss / MIB,
    residentMaxMib: process.resourceUsage().maxRSS / 1024,
  };
}

/** Each in the same buffer: what was read before is gone. */
function* readFrames(file: string): Generator<Uint8Array> {
  const descriptor = openSync(file, 'r');
  const length = Buffer.alloc(4);
  let buffer = Buffer.alloc(0);
  while (readSync(descriptor, length) === length.length) {
    const count = length.readUInt32LE();
    if (buffer.length < count) buffer = Buffer.alloc(count);
    readSync(descriptor, buffer, 0, count, null);
    yield buffer.subarray(0, count);
  }
  closeSync(descriptor);
}

if (import.meta.main) {
  const [file = '', publicKey = ''] = process.argv.slice(2);
  console.log(JSON.stringify(loadSnapshot(file, publicKey)));
}
