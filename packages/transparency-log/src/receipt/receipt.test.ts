import { generateKeyPairSync, sign } from 'node:crypto';
import { type AuditEvent, appliedStatement, type Receipt, receipt } from '@tollkeeper/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COSIGNATURE_ED25519,
  canonicalJson,
  checkpointText,
  cosign,
  inclusionProof,
  isReceipt,
  leafHash,
  NOTE_ED25519,
  NoteError,
  parseNote,
  parseTlogProof,
  receiptText,
  rootOf,
  signNote,
  signReceipt,
  tlogProofText,
  verifierKey,
  verifyReceipt,
  vkeyText,
  witnessName,
} from '../index.ts';
import { readEntriesOf } from '../testing/memory-log.ts';
import { receiptStatement } from './receipt-statement.ts';

const KEY_ID = 'key_00000000000000000001';
const WORKSPACE = 'ws_00000000000000000001';
const REVISION = '00000000-0000-4000-8000-000000000009';
const origin = 'keys.example.com/org_00000000000000000001';
const log = { name: origin, privateKey: generateKeyPairSync('ed25519').privateKey };
const gateway = generateKeyPairSync('ed25519');
const witness = generateKeyPairSync('ed25519');
const publicKeyOf = ({ publicKey }: typeof gateway) => publicKey.export({ format: 'jwk' }).x ?? '';
const logKey = vkeyText(verifierKey(origin, log.privateKey, NOTE_ED25519));
const name = witnessName(origin, publicKeyOf(witness));
const witnessKey = verifierKey(name, witness.publicKey, COSIGNATURE_ED25519);

const EVENT: AuditEvent = {
  id: 'evt_00000000000000000004',
  organizationId: 'org_00000000000000000001',
  sequence: 4,
  at: '2026-11-29T22:00:00.000Z',
  actor: { type: 'member', memberId: 'mem_00000000000000000001' },
  action: 'api_key.revoke',
  target: { type: 'api_key', id: KEY_ID, name: 'ci-pipeline' },
  before: { status: 'active' },
  after: { status: 'revoked' },
  ip: '192.0.2.1',
  userAgent: null,
  requestId: 'req_1',
};

function removalOf(...revokedKeys: string[]): AuditEvent {
  const target = { type: 'member', id: 'mem_00000000000000000001', name: 'Ada' } as const;
  return { ...EVENT, action: 'member.remove', target, after: { status: 'removed', revokedKeys } };
}

function acknowledge(facts: Partial<Receipt['acknowledgements'][number]> = {}) {
  const claims = { atMs: 1_700_000_000_000, version: 8, latestVersion: 9, workspaceId: WORKSPACE };
  const { atMs, version, workspaceId, latestVersion } = { ...claims, ...facts };
  const latest = { version: latestVersion, revision: REVISION };
  const statement = appliedStatement({ workspaceId, version, latest, atMs });
  return {
    ...{ atMs, gatewayId: 'gw_1', gatewayName: 'edge', latestRevision: REVISION, latestVersion },
    publicKey: publicKeyOf(gateway),
    signature: sign(null, Buffer.from(statement), gateway.privateKey).toString('base64url'),
    ...{ version, workspaceId, ...facts },
  };
}

/** Everything in it is signed by the log, whatever it states. */
async function make(facts: Partial<Receipt> = {}, signer = log): Promise<Receipt> {
  const leaf = facts.leaf ?? canonicalJson(EVENT);
  const entries = ['a', 'b', 'c', leaf, 'd', 'e'].map((each) => Buffer.from(each));
  const hashes = readEntriesOf(entries);
  const body = checkpointText({ origin, size: 6, rootHash: await rootOf(6, hashes) });
  const checkpoint =
    signNote(body, log) + cosign(body, { name, privateKey: witness.privateKey }, 1_700_000_001);
  const proof = { index: 3, hashes: await inclusionProof(3, 6, hashes), checkpoint };
  return signReceipt(
    {
      acknowledgements: [acknowledge()],
      keyId: KEY_ID,
      leaf,
      logKey,
      madeAt: '2026-11-29T22:01:00.000Z',
      pending: [{ gatewayId: 'gw_2', gatewayName: 'far', workspaceId: WORKSPACE }],
      proof: tlogProofText(proof),
      required: [{ version: 8, workspaceId: WORKSPACE }],
      type: 'tollkeeper.receipt/v1',
      witnesses: [vkeyText(witnessKey)],
      ...facts,
    },
    signer,
  );
}

describe('a receipt', () => {
  it('proves the event, the witnesses and the gateways, with nothing but itself', async () => {
    const text = receiptText(await make());
    expect(isReceipt(text)).toBe(true);
    const proven = verifyReceipt(text);
    expect(proven).toMatchObject({
      ...{ event: EVENT, size: 6, isLogKnown: false },
      cosignatures: [{ name, timestamp: 1_700_000_001 }],
    });
    expect(verifyReceipt(text, { logKey }).isLogKnown).toBe(true);
    expect(verifyReceipt(text.trimEnd()).size).toBe(6);
    expect(verifyReceipt(JSON.stringify(receipt.parse(await make()))).size).toBe(6);
  });

  it('is about a key of any name, such as one that looks like an escape', async () => {
    const named = { ...EVENT, target: { ...EVENT.target, name: String.raw`C:\udata` } };
    const text = receiptText(await make({ leaf: canonicalJson(named) }));
    expect(verifyReceipt(text).event).toEqual(named);
  });

  it('is of the removal of the owner, where that revoked the key', async () => {
    const removal = removalOf('key_2', KEY_ID);
    const text = receiptText(await make({ leaf: canonicalJson(removal) }));
    expect(verifyReceipt(text).event).toEqual(removal);
  });

  it('has no byte that can be changed, added or left out', async () => {
    const bytes = Buffer.from(receiptText(await make()));
    const edits = fc.constantFrom('change', 'add', 'leave out');
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), edits, fc.nat(255), (at, edit, byte) => {
        const put = edit === 'leave out' ? [] : [byte];
        const rest = bytes.subarray(edit === 'add' ? at : at + 1);
        const edited = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), rest]);
        fc.pre(!edited.equals(bytes));
        expect(() => verifyReceipt(edited.toString())).toThrow(NoteError);
      }),
      { numRuns: process.env.LONG ? 20_000 : 300 },
    );
  });

  it('is of one log: that of the key, if one is given', async () => {
    const stranger = { name: origin, privateKey: generateKeyPairSync('ed25519').privateKey };
    const strange = vkeyText(verifierKey(origin, stranger.privateKey, NOTE_ED25519));
    const text = receiptText(await make());
    expect(() => verifyReceipt(text, { logKey: strange })).toThrow('another log');
    const forged = receiptText(await make({ logKey: strange }, stranger));
    expect(() => verifyReceipt(forged)).toThrow(NoteError);
  });

  it.each<[string, () => Partial<Receipt>, string]>([
    ['an event about another key', () => ({ keyId: 'key_2' }), 'not about the key'],
    [
      'an event about something else with the id of the key',
      () => ({ leaf: canonicalJson({ ...EVENT, target: { ...EVENT.target, type: 'role' } }) }),
      'not about the key',
    ],
    [
      'the removal of an owner that revoked other keys',
      () => ({ leaf: canonicalJson(removalOf('key_2')) }),
      'not about the key',
    ],
    [
      'another event of a member that names the key',
      () => ({ leaf: canonicalJson({ ...removalOf(KEY_ID), action: 'member.update' }) }),
      'not about the key',
    ],
    ['an event that is no JSON', () => ({ leaf: '{' }), 'event of the receipt is not JSON'],
    ['a log key that is for witnesses', () => ({ logKey: vkeyText(witnessKey) }), 'is for witness'],
    [
      'a checkpoint of another name that the log signed',
      () => ({ proof: misnamed }),
      'checkpoint is of another log',
    ],
    [
      'an event that was changed',
      () => ({ leaf: canonicalJson({ ...EVENT, action: 'api_key.disable' }), proof: goodProof }),
      'not in the log',
    ],
    [
      'an event of another place',
      () => ({ leaf: canonicalJson({ ...EVENT, sequence: 5 }) }),
      'not in the log',
    ],
    [
      'an event of another organization',
      () => ({ leaf: canonicalJson({ ...EVENT, organizationId: 'org_2' }) }),
      'of another log',
    ],
    [
      'an event with half a character',
      () => ({ leaf: canonicalJson(EVENT).replace('ci-pipeline', String.raw`\ud800`) }),
      'fields of one',
    ],
    ['an event that is not canonical', () => ({ leaf: JSON.stringify(EVENT) }), 'fields of one'],
    [
      'an acknowledgement of an older version',
      () => ({ acknowledgements: [acknowledge({ version: 7 })] }),
      'older version',
    ],
    [
      'an acknowledgement beyond its own position',
      () => ({ acknowledgements: [acknowledge({ version: 10 })] }),
      'older version',
    ],
    [
      'an acknowledgement of another workspace',
      () => ({ acknowledgements: [acknowledge({ workspaceId: 'ws_2' })] }),
      'older version',
    ],
    [
      'an acknowledgement at another time',
      () => ({ acknowledgements: [{ ...acknowledge(), atMs: 1 }] }),
      'signature of an acknowledgement',
    ],
    [
      'an acknowledgement of another gateway',
      () => ({ acknowledgements: [{ ...acknowledge(), publicKey: publicKeyOf(witness) }] }),
      'signature of an acknowledgement',
    ],
    ['a witness key that signs notes', () => ({ witnesses: [logKey] }), 'none for cosignatures'],
    [
      'a checkpoint that only a witness signed',
      () => ({ proof: goodProof.replace(/\u2014 keys\.example\.com\/org_\d+ .*\n/, '') }),
      'did not sign the checkpoint',
    ],
  ])('is refused with %s, even if the log signed it', async (_, facts, reason) => {
    const text = receiptText(await make(facts()));
    expect(() => verifyReceipt(text)).toThrow(reason);
  });

  it('is refused as a checkpoint, and with fields that are not of a receipt', async () => {
    for (const text of ['', '{}', '[]', 'null', '{"acknowledgements":"\\ud800"}']) {
      expect(() => verifyReceipt(text)).toThrow(NoteError);
    }
    expect(() => verifyReceipt('')).toThrow('is not JSON');
    expect(receiptStatement(await make())).toMatch(/^tollkeeper receipt v1\n[\w+/]{43}=\n$/);
    const half = receiptText(await make()).replace('"far"', String.raw`"\ud800"`);
    for (const text of [half, half.replace(String.raw`\ud800`, '\ud800')]) {
      expect(() => verifyReceipt(text)).toThrow('not canonical');
    }
    const more = `${JSON.stringify({ ...(await make()), more: 1 })}\n`;
    expect(() => verifyReceipt(more)).toThrow('fields of one');
  });
});

const goodProof = (await make()).proof;
const { checkpoint: goodNote, ...inclusion } = parseTlogProof(goodProof);
const foreignText = parseNote(goodNote).text.replace('keys.', 'other.');
const misnamed = tlogProofText({ ...inclusion, checkpoint: signNote(foreignText, log) });

describe('a proof of inclusion', () => {
  it('is read back', () => {
    expect(tlogProofText(parseTlogProof(goodProof))).toBe(goodProof);
    expect(goodProof.startsWith('c2sp.org/tlog-proof@v1\nindex 3\n')).toBe(true);
    expect(leafHash('a')).toHaveLength(32);
    const extra = goodProof.replace('index 3\n', 'extra AAAA\nindex 3\n');
    expect(tlogProofText(parseTlogProof(extra))).toBe(goodProof);
  });

  it.each([
    '',
    goodProof.replace('@v1', '@v2'),
    goodProof.replace('index 3', 'index 03'),
    goodProof.replace('index 3\n', ''),
    goodProof.replace('index 3\n', 'index 3\nAAAA\n'),
    goodProof.replace('index 3\n', `index 3\n${`${'A'.repeat(43)}=\n`.repeat(65)}`),
  ])('is malformed as %j', (text) => {
    expect(() => parseTlogProof(text)).toThrow(NoteError);
  });
});
