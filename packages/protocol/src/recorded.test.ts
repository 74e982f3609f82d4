import { createPublicKey } from 'node:crypto';
import { joinGateway } from '@tollkeeper/contract';
import { describe, expect, it } from 'vitest';
import { decodePart } from './codec/decode-part.ts';
import { encodePart } from './codec/encode-part.ts';
import { formatOf } from './codec/part-format.ts';
import { downward } from './messages/downward.ts';
import { hello, signHello, verifyHello } from './messages/hello.ts';
import { upward } from './messages/upward.ts';
import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, WITNESS_PROTOCOL } from './protocol-version.ts';
import { openFrame, sealFrame } from './signatures/frame.ts';
import { deriveSigningKey, publicKeyText, readIdentity } from './signatures/keys.ts';
import { RECORDINGS } from './testing/recorded.ts';

/** Messages that versions before do not have. */
const SINCE: ReadonlyMap<string, number> = new Map([
  ['checkpoint', WITNESS_PROTOCOL],
  ['witness', WITNESS_PROTOCOL],
  ['cosignature', WITNESS_PROTOCOL],
]);

it('has a recording of each version that is spoken', () => {
  const versions = RECORDINGS.map(({ protocol }) => protocol);
  expect(versions).toEqual([PROTOCOL_VERSION_MIN, 4, PROTOCOL_VERSION]);
});

describe.each(RECORDINGS)('version $protocol', (recording) => {
  const { format, messages, join } = recording;
  const signingKey = deriveSigningKey(recording.signingSecret);
  const identity = readIdentity(recording.identitySeed);

  it('covers every message of either side', () => {
    const types = new Set(
      messages.map((each) => (each.from === 'gateway' ? each.type : each.header.type)),
    );
    const known = [...downward.options, ...upward.options]
      .map(({ shape }) => shape.type.value)
      .filter((type) => recording.protocol >= (SINCE.get(type) ?? PROTOCOL_VERSION_MIN));
    expect([...types].toSorted()).toEqual(known.toSorted());
  });

  it('is read and written frame by frame', () => {
    expect(formatOf(recording.protocol)).toBe(format);
    const pinned = createPublicKey(signingKey);
    for (const { header, entries, bytes } of recording.frames) {
      const frame = openFrame(bytes, pinned);
      expect(frame.header).toEqual(header);
      expect(Buffer.from(sealFrame(downward.parse(header), frame.body, signingKey))).toEqual(bytes);
      if (!entries) continue;
      const contents = recording.entries[entries];
      expect(plain(decodePart(frame.body))).toEqual(contents);
      expect(Buffer.from(encodePart(contents, format))).toEqual(Buffer.from(frame.body));
    }
  });

  it('has messages of the gateway that are accepted', () => {
    for (const each of messages) {
      if (each.from === 'gateway') {
        const json = JSON.parse(each.text);
        expect(upward.parse(json)).toEqual(json);
      }
    }
  });

  it('proves the identity of the gateway with the recorded signature', () => {
    const challenge = String(recording.frames[0]?.header.nonce);
    const said = hello.parse(JSON.parse(recording.texts('hello')[0] ?? ''));
    expect(verifyHello(createPublicKey(identity), challenge, said, said.signature)).toBe(true);
    expect(signHello(identity, challenge, said)).toBe(said.signature);
  });

  it('joins with the recorded request and response', () => {
    expect(joinGateway.body.parse(join.request)).toEqual(join.request);
    expect(joinGateway.response.parse(join.response)).toEqual(join.response);
    expect(join.request.publicKey).toBe(publicKeyText(createPublicKey(identity)));
    expect(join.response.controlPlaneKey).toBe(publicKeyText(createPublicKey(signingKey)));
  });
});

/** Hashes are views of the part; they become arrays of their own, to be compared. */
function plain(entries: ReturnType<typeof decodePart>) {
  return entries.map((each) =>
    each.type === 'key'
      ? { ...each, secrets: each.secrets.map((s) => ({ ...s, hash: Uint8Array.from(s.hash) })) }
      : each,
  );
}
