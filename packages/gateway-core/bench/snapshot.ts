/** What a snapshot of a million keys takes: to write, and for a fresh process to load. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createId } from '@tollkeeper/contract';
import {
  deriveSigningKey,
  type Entry,
  encodeParts,
  publicKeyText,
  sealFrame,
} from '@tollkeeper/protocol';
import type { Loaded } from './load-snapshot.ts';

const KEYS_PER_OWNER = 100;
const LOADER = join(import.meta.dirname, 'load-snapshot.ts');

export type SnapshotFigures = ReturnType<typeof measureSnapshot>;

/** Seconds are of the whole; the loading process has nothing else to do, and Node is part of it. */
export function measureSnapshot(keys = 1_000_000, rounds = 3) {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-snapshot-'));
  try {
    const file = join(folder, 'snapshot');
    const signingKey = deriveSigningKey('measured');
    const written = writeSnapshot(file, keys, signingKey);
    const loads = Array.from({ length: rounds }, () => load(file, publicKeyText(signingKey)));
    loads.sort((left, right) => left.seconds - right.seconds);
    const loaded = loads[loads.length >> 1];
    if (loaded?.secrets !== keys) throw new Error(`Of ${keys} keys ${loaded?.secrets} were loaded`);
    return { keys, ...written, bytes: statSync(file).size, loaded };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Parts as frames, a length before each. */
function writeSnapshot(
  file: string,
  keys: number,
  signingKey: ReturnType<typeof deriveSigningKey>,
) {
  const organizationId = createId('organization', randomBytes);
  const workspaceId = createId('workspace', randomBytes);
  const descriptor = openSync(file, 'w');
  let parts = 0;
  let seconds = 0;
  let startedAt = performance.now();
  for (const body of encodeParts(entriesOf(keys, workspaceId))) {
    const header = {
      type: 'snapshot',
      organizationId,
      workspaceId,
      epoch: '0'.repeat(32),
      version: 1,
      issuedAtMs: 0,
      part: parts++,
      latest: null,
    } as const;
    const frame = sealFrame(header, body, signingKey);
    seconds += (performance.now() - startedAt) / 1000;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    writeSync(descriptor, length);
    writeSync(descriptor, frame);
    startedAt = performance.now();
  }
  closeSync(descriptor);
  return { parts, makingAndSealingSeconds: seconds };
}

/** Half of the keys are confined to the workspace, one of eight to a range. */
function* entriesOf(keys: number, workspaceId: string): Generator<Entry> {
  let ownerId = '';
  for (let i = 0; i < keys; i++) {
    if (i % KEYS_PER_OWNER === 0) {
      ownerId = createId('member', randomBytes);
      yield {
        type: 'owner',
        memberId: ownerId,
        active: true,
        scopes: ['usage.read'],
        allApiScopes: false,
        roleId: 'role_developer',
      };
    }
    yield {
      type: 'key',
      keyId: createId('apiKey', randomBytes),
      name: `ci-pipeline-${i}`,
      workspaceId: i % 2 ? workspaceId : null,
      ownerId,
      status: 'active',
      expiresAtMs: i % 3 ? 4_000_000_000_000 : null,
      scopes: ['api_keys.read', 'api_keys.verify', 'policies.read', 'usage.read'],
      allowedIps: i % 8 ? [] : ['10.0.0.0/8'],
      tags: [],
      profile: 'custom',
      createdAtMs: 1_700_000_000_000,
      secrets: [{ hash: randomBytes(32), retiresAtMs: null }],
    };
  }
}

function load(file: string, publicKey: string): Loaded {
  return JSON.parse(
    execFileSync(process.execPath, [LOADER, file, publicKey], { encoding: 'utf8' }),
  );
}

if (import.meta.main) console.log(JSON.stringify(measureSnapshot(), null, 2));
