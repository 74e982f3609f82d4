import { createPublicKey } from 'node:crypto';
import {
  decodePart,
  deriveSigningKey,
  type Entry,
  openFrame,
  readPublicKey,
} from '@tollkeeper/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import {
  RECORDINGS,
  type RecordedFrame,
  type Recording,
} from '../../../../packages/protocol/src/testing/recorded.ts';
import type { PolicyRow } from '../replication/select-facts.ts';
import type { GatewayFacts } from './find-gateways.ts';
import type { Session } from './gateway-session.ts';
import { greet } from './greet.ts';
import { gatewayFrame } from './membership.ts';
import { receive } from './receive.ts';
import { sealChanges, sealer } from './seal.ts';
import { sendLineage } from './send-missed.ts';

const log = pino({ level: 'silent' });

describe.each(RECORDINGS)('version $protocol', (recording) => {
  const { protocol, join, texts, frames } = recording;
  const entriesOfPart = recording.entries;
  const seal = sealer(deriveSigningKey(recording.signingSecret));
  const [HELLO = ''] = texts('hello');
  const GATEWAY: GatewayFacts = {
    id: join.response.gatewayId,
    organizationId: join.response.organizationId,
    workspaceId: join.response.workspaceId,
    name: 'edge-1',
    labels: { region: 'eu-west' },
    draining: false,
    publicKey: Buffer.from(join.request.publicKey, 'base64url'),
  };

  function openSession(sent: Uint8Array[] = []): Session {
    const socket = {
      OPEN: 1,
      readyState: 1,
      bufferedAmount: 0,
      send: (bytes: Buffer) => sent.push(bytes),
    };
    const { nonce, instanceId } = JSON.parse(HELLO);
    return {
      ...{ nonce, instanceId, protocol, gateway: GATEWAY, epoch: frameOf('lineage').header.epoch },
      ...{ versionMin: null, health: null, rejection: null, ended: false },
      socket: socket as unknown as WebSocket,
    } as Session;
  }

  function frameOf(type: string): RecordedFrame {
    const frame = frames.find((each) => each.header.type === type);
    if (!frame) throw new Error(`No ${type} was recorded`);
    return frame;
  }

  it('admits the recorded gateway', async () => {
    const feed = { catchUp: async () => undefined };
    const challenge = { protocol, nonce: String(frameOf('challenge').header.nonce) };

    const greeting = await greet(async () => GATEWAY, feed, challenge, HELLO);

    expect(greeting).toEqual({ outcome: 'admitted', hello: JSON.parse(HELLO), gateway: GATEWAY });
  });

  it('sends the facts of the gateway and the lineage as they were recorded', () => {
    const sent: Uint8Array[] = [];
    const session = openSession(sent);

    sendLineage(seal, session, 6, false);

    expect(sent).toEqual([frameOf('lineage').bytes]);
    expect(seal(gatewayFrame(session))).toEqual(frameOf('gateway').bytes);
  });

  it('sends changes as they were recorded', () => {
    const { header, bytes } = frameOf('changes');
    const place = { ...GATEWAY, protocol, epoch: String(header.epoch) };
    const [key, removedKey, removedOwner, ...policies] = entriesOfPart.changes;
    const versions = [
      { workspaceId: place.workspaceId, version: 7, changes: [subject('key', key.keyId)] },
      {
        workspaceId: place.workspaceId,
        version: 8,
        changes: [
          subject('key', removedKey.keyId),
          subject('member', removedOwner.memberId),
          ...policies.map(({ policyId }) => subject('policy', policyId)),
        ],
      },
    ];
    const subjects = {
      organizations: new Map(),
      owners: [],
      secretsOfKey: new Map([[key.keyId, rowsOf(key)]]),
      policies: policies.flatMap(rowOf),
      permitted: new Set<string>(),
    };
    const latest = header.latest as { version: number; revision: string };

    const messages = sealChanges(seal, place, 6, versions, subjects, latest);

    expect(messages).toEqual([{ from: 6, to: 8, bytes }]);
  });

  it('writes every recorded frame', () => {
    const pinned = createPublicKey(deriveSigningKey(recording.signingSecret));
    expect(readPublicKey(join.response.controlPlaneKey).equals(pinned)).toBe(true);
    for (const { header, entries, bytes } of frames) {
      const { body } = openFrame(bytes, pinned);
      expect(seal(header as Parameters<typeof seal>[0], body)).toEqual(bytes);
      expect(decodePart(body)).toHaveLength(entries ? entriesOfPart[entries].length : 0);
    }
  });

  it('does what each recorded message asks', () => {
    const called: unknown[] = [];
    const note = (name: string) => (_: unknown, message?: unknown) =>
      void called.push([name, message]);
    const receivers = {
      log,
      applied: { add: note('ack') },
      acceptUsage: note('usage'),
      witnesses: { receive: note('witness') },
      answer: note('check'),
      resync: note('resync'),
      end: note('end'),
    };
    const session = openSession();
    const types = ['health', 'ack', 'check', 'usage', 'reject', 'resync', 'witness', 'cosignature'];
    const sent = types.flatMap(texts);
    const witnessed = ['witness', 'cosignature'].flatMap(texts).map((text) => JSON.parse(text));

    for (const text of sent) receive(receivers, session, text);

    const [first, second] = texts('ack').map((text) => JSON.parse(text));
    const [usage, check, health] = ['usage', 'check', 'health'].map((type) =>
      JSON.parse(texts(type)[0] ?? ''),
    );
    expect(called).toEqual([
      ['ack', first],
      ['ack', second],
      ['check', undefined],
      ['usage', usage],
      ['resync', undefined],
      ...witnessed.map((message) => ['witness', message]),
    ]);
    expect(session.check).toBe(check.nonce);
    expect({ type: 'health', ...session.health }).toEqual(health);
    expect(session.rejection).toContain('(gap)');
  });

  /** The row that the entry was read from; none for one that is gone. */
  function rowOf(entry: Entry): PolicyRow[] {
    if (entry.type !== 'policy') return [];
    const { organizationId, workspaceId } = GATEWAY;
    const { policyId, mode, statements } = entry;
    return [{ policyId, organizationId, workspaceId, mode, statements: [...statements] }];
  }

  /** The rows of the database that the entry was read from, one for each secret. */
  function rowsOf(key: Recording['entries']['changes'][0]) {
    return key.secrets.map(({ hash, retiresAtMs }) => ({
      canary: false,
      ...{ keyId: key.keyId, name: key.name, workspaceId: key.workspaceId, ownerId: key.ownerId },
      ...{ organizationId: GATEWAY.organizationId, status: key.status, expiresAt: null },
      ...{ scopes: [...key.scopes], allowedIps: [...key.allowedIps], tags: [...key.tags] },
      profile: key.profile,
      createdAt: new Date(key.createdAtMs),
      hash: Buffer.from(hash),
      retiresAt: retiresAtMs === null ? null : new Date(retiresAtMs),
    }));
  }
});

function subject(kind: 'key' | 'member' | 'policy', subjectId: string) {
  return { kind, subjectId };
}
