import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createId } from '@tollkeeper/contract';
import {
  createIdentity,
  deriveSigningKey,
  type Entry,
  encodeParts,
  identityText,
  publicKeyText,
  sealFrame,
} from '@tollkeeper/protocol';
import { hashSecret } from '@tollkeeper/verify';
import { type BenchKey, KEY_SCOPES } from '../keys.ts';

const KEYS_PER_OWNER = 100;
const VERSION = 1;
const LATEST = { version: VERSION, revision: randomUUID() };

/**
 * The state folder of a gateway that joined and took a snapshot of these keys: it starts from there
 * though its control plane is nowhere. Written by the functions that the control plane writes with.
 */
export function writeGatewayState(folder: string, keys: readonly BenchKey[]): void {
  const signingKey = deriveSigningKey(randomBytes(32).toString('hex'));
  const joined = {
    gatewayId: createId('gateway', randomBytes),
    organizationId: createId('organization', randomBytes),
    workspaceId: createId('workspace', randomBytes),
    controlPlaneKey: publicKeyText(signingKey),
  };
  mkdirSync(folder, { mode: 0o700, recursive: true });
  const identity = { controlPlane: NOWHERE, privateKey: identityText(createIdentity()), joined };
  writeFileSync(join(folder, 'identity.json'), JSON.stringify(identity), { mode: 0o600 });
  const { organizationId, workspaceId } = joined;
  const nowMs = Date.now();
  const parts = [...encodeParts(entriesOf(keys, organizationId))];
  const frames = parts.flatMap((body, part) => {
    const latest = part === parts.length - 1 ? LATEST : null;
    const header = {
      organizationId,
      workspaceId,
      epoch: '0'.repeat(32),
      version: VERSION,
      issuedAtMs: nowMs,
      part,
      latest,
    };
    const frame = sealFrame({ type: 'snapshot', ...header }, body, signingKey);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    return [length, frame];
  });
  writeFileSync(join(folder, 'snapshot'), Buffer.concat(frames), { mode: 0o600 });
  const confirmed = {
    workspaceId,
    version: VERSION,
    confirmedAtMs: nowMs,
  };
  writeFileSync(join(folder, 'confirmed'), JSON.stringify(confirmed), { mode: 0o600 });
}

/** The discard port: nobody answers there. */
export const NOWHERE = 'http://127.0.0.1:9';

function* entriesOf(keys: readonly BenchKey[], organizationId: string): Generator<Entry> {
  yield { type: 'organization', organizationId, allowedIps: [] };
  yield {
    type: 'policy',
    policyId: createId('policy', randomBytes),
    mode: 'enforce',
    statements: [
      {
        effect: 'permit',
        principal: { op: 'All' },
        action: { op: 'All' },
        resource: { op: 'All' },
        conditions: [],
      },
    ],
  };
  let ownerId = '';
  for (const [number, { id, name, secret }] of keys.entries()) {
    if (number % KEYS_PER_OWNER === 0) {
      ownerId = createId('member', randomBytes);
      yield {
        type: 'owner',
        memberId: ownerId,
        active: true,
        scopes: KEY_SCOPES,
        allApiScopes: false,
        roleId: 'role_developer',
      };
    }
    yield {
      type: 'key',
      keyId: id,
      name,
      workspaceId: null,
      ownerId,
      status: 'active',
      expiresAtMs: null,
      scopes: KEY_SCOPES,
      allowedIps: [],
      tags: [],
      profile: 'custom',
      createdAtMs: 1_700_000_000_000,
      secrets: [{ hash: hashSecret(secret), retiresAtMs: null }],
    };
  }
}
