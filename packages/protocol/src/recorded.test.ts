import { createPublicKey } from 'node:crypto';
import { joinGateway } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { decodePart } from './codec/decode-part.ts';
import { encodePart } from './codec/encode-part.ts';
import { downward } from './messages/downward.ts';
import { hello, signHello, verifyHello } from './messages/hello.ts';
import { upward } from './messages/upward.ts';
import { PROTOCOL_VERSION } from './protocol-version.ts';
import { openFrame, sealFrame } from './signatures/frame.ts';
import { deriveSigningKey, publicKeyText, readIdentity } from './signatures/keys.ts';
import {
  identitySeed,
  join,
  messages,
  protocol,
  recordedFrames,
  recordedTexts,
  signingSecret,
} from './testing/recorded.ts';
import { ENTRIES } from './testing/recorded-entries.ts';

const signingKey = deriveSigningKey(signingSecret);
const identity = readIdentity(identitySeed);

it('has a recording of the current version', () => {
  expect(protocol).toBe(PROTOCOL_VERSION);
});

it('covers every message of either side', () => {
  const types = new Set(
    messages.map((each) => (each.from === 'gateway' ? each.type : each.header.type)),
  );
  const known = [...downward.options, ...upward.options].map(({ shape }) => shape.type.value);
  expect([...types].toSorted()).toEqual(known.toSorted());
});

it('reads and writes the recorded frames', () => {
  const pinned = createPublicKey(signingKey);
  for (const { header, entries, bytes } of recordedFrames()) {
    const frame = openFrame(bytes, pinned);
    expect(frame.header).toEqual(header);
    expect(Buffer.from(sealFrame(downward.parse(header), frame.body, signingKey))).toEqual(bytes);
    if (!entries) continue;
    expect(plain(decodePart(frame.body))).toEqual(ENTRIES[entries]);
    expect(Buffer.from(encodePart(ENTRIES[entries]))).toEqual(Buffer.from(frame.body));
  }
});

it('accepts the recorded messages of the gateway', () => {
  for (const each of messages) {
    if (each.from === 'gateway') {
      const json = JSON.parse(each.text);
      expect(upward.parse(json)).toEqual(json);
    }
  }
});

it('proves the identity of the gateway with the recorded signature', () => {
  const challenge = String(recordedFrames()[0]?.header.nonce);
  const said = hello.parse(JSON.parse(recordedTexts('hello')[0] ?? ''));
  expect(verifyHello(createPublicKey(identity), challenge, said, said.signature)).toBe(true);
  expect(signHello(identity, challenge, said)).toBe(said.signature);
});

it('joins with the recorded request and response', () => {
  expect(joinGateway.body.parse(join.request)).toEqual(join.request);
  expect(joinGateway.response.parse(join.response)).toEqual(join.response);
  expect(join.request.publicKey).toBe(publicKeyText(createPublicKey(identity)));
  expect(join.response.controlPlaneKey).toBe(publicKeyText(createPublicKey(signingKey)));
});

/** Hashes are views of the part; they become arrays of their own, to be compared. */
function plain(entries: ReturnType<typeof decodePart>) {
  return entries.map((each) =>
    each.type === 'key'
      ? { ...each, secrets: each.secrets.map((s) => ({ ...s, hash: Uint8Array.from(s.hash) })) }
      : each,
  );
}
