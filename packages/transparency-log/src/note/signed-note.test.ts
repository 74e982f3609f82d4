import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COSIGNATURE_ED25519,
  NOTE_ED25519,
  NoteError,
  parseNote,
  parseVkey,
  signNote,
  verifierKey,
  verifyNote,
  vkeyText,
} from './index.ts';

/** The examples of C2SP signed-note and tlog-checkpoint; that one's signature is of the log of Go's modules. */
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const NOTE =
  'This is an example message.\n\n\u2014 example.com/foo ' +
  'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
const GO_VKEY = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
const GO_NOTE =
  'go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 sum.golang.org ' +
  'Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';

const { privateKey } = generateKeyPairSync('ed25519');
const signer = { name: 'log.example/org_1', privateKey };
const key = verifierKey(signer.name, privateKey, NOTE_ED25519);
const other = verifierKey('other.example', generateKeyPairSync('ed25519').privateKey, NOTE_ED25519);

describe('a verifier key', () => {
  it.each([VKEY, GO_VKEY])('is read and written as in the specification: %s', (text) => {
    expect(vkeyText(parseVkey(text))).toBe(text);
  });

  it('has another key ID for another name, type or key', () => {
    const keys = [
      key,
      verifierKey('log.example/org_2', privateKey, NOTE_ED25519),
      verifierKey(signer.name, privateKey, COSIGNATURE_ED25519),
      verifierKey(signer.name, other.publicKey, NOTE_ED25519),
    ];
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(keys.length);
    for (const each of keys) expect(vkeyText(parseVkey(vkeyText(each)))).toBe(vkeyText(each));
  });

  it.each([
    '',
    'example.com/foo',
    'example.com/foo+530d903a',
    VKEY.replace('530d903a', '530D903A'),
    VKEY.replace('530d903a', '530d903b'),
    VKEY.replace('example.com/foo', 'example.com/fo'),
    VKEY.replace('example.com/foo', ''),
    VKEY.replace('example.com/foo', 'example.com foo'),
    VKEY.replace('example.com/foo', 'example.com\u2003foo'),
    VKEY.replace('+Ae', '+Be'),
    `${VKEY} `,
    `${VKEY}=`,
    VKEY.slice(0, -4),
    VKEY.replace(/k$/, 'l'),
  ])('is not read from "%s"', (text) => {
    expect(() => parseVkey(text)).toThrow(NoteError);
  });
});

describe('a signed note', () => {
  it.each([
    [VKEY, NOTE],
    [GO_VKEY, GO_NOTE],
  ])('of the specification is verified by %s', (vkey, note) => {
    const { text, signatures } = verifyNote(note, [other, parseVkey(vkey)]);
    expect(note.startsWith(`${text}\n\u2014 `)).toBe(true);
    expect(signatures).toMatchObject([{ key: { name: parseVkey(vkey).name }, timestamp: null }]);
  });

  /** Written from the specification alone, with nothing of this folder. */
  it('is what an independent reader of the specification verifies', () => {
    const note = signNote('one\n\ntwo\n', signer);
    const [, text = '', name = '', base64 = ''] =
      /^(one\n\ntwo\n)\n\u2014 (.*) (.*)\n$/.exec(note) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    const id = createHash('sha256')
      .update(Buffer.concat([Buffer.from(name), Buffer.of(10, 1), spki.subarray(-32)]))
      .digest();
    expect(name).toBe(signer.name);
    expect(bytes.subarray(0, 4)).toEqual(id.subarray(0, 4));
    expect(verify(null, Buffer.from(text), createPublicKey(privateKey), bytes.subarray(4))).toBe(
      true,
    );
  });

  it('is read back, whatever its text is', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 5 });
    fc.assert(
      fc.property(lines, (all) => {
        const text = `${all.join('\n').replace(/\p{Cc}/gu, '\n')}\n`;
        expect(verifyNote(signNote(text, signer), [key]).text).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  it('is rejected or says the same when any of its characters changes', () => {
    const text = 'log.example/org_1\n7\n';
    const note = signNote(text, signer);
    const at = fc.nat(note.length - 1);
    fc.assert(
      fc.property(at, fc.constantFrom('', 'A', '\n', '\u2014', '\n\n', ' ', '='), (place, put) => {
        const changed = note.slice(0, place) + put + note.slice(place + 1);
        fc.pre(changed !== note);
        expect(() => verifyNote(changed, [key])).toThrow(NoteError);
      }),
      { numRuns: 100 },
    );
  });

  it('may have signatures of unknown keys, in any number that is reasonable', () => {
    const unknown = NOTE.slice(NOTE.indexOf('\u2014'));
    const note = signNote('text\n', signer);
    expect(verifyNote(note + unknown.repeat(20), [key]).signatures).toHaveLength(1);
    expect(() => verifyNote(note + unknown.repeat(1000), [key])).toThrow('too many');
    expect(() => verifyNote(note, [other])).toThrow('No known key');
  });

  it('is rejected for one wrong signature of a known key, beside a right one', () => {
    const right = signNote('text\n', signer);
    const wrong = signNote('text2\n', signer).split('\n\n')[1] ?? '';
    expect(() => verifyNote(right + wrong, [key])).toThrow('is wrong');
    const strange = wrong.replace(signer.name, 'log.example/other');
    expect(verifyNote(right + strange, [key]).signatures).toHaveLength(1);
  });

  it.each([
    '',
    '\n\n',
    'text\n',
    NOTE.slice(0, -1),
    `${NOTE}\n`,
    `${NOTE}more`,
    NOTE.replace('\n\n', '\n'),
    NOTE.replace('\u2014 ', '- '),
    NOTE.replace('\u2014 ', '\u2014'),
    NOTE.replace('\u2014 ', '\u2014  '),
    NOTE.replace('example.com/foo', 'example.com+foo'),
    NOTE.replace('example.com/foo', ''),
    NOTE.replace('Uw2QOk', 'Uw2QO'),
    NOTE.replace('aQM=', 'aQM'),
    NOTE.replace('aQM=', 'aQN='),
    NOTE.replace(/Uw2.*\n/, 'Uw2QOg==\n'),
    NOTE.replace('This', 'Th\u0000is'),
    NOTE.replace('This', 'Th\tis'),
    NOTE.replace('\n', '\r\n'),
    NOTE.replace('This', 'Th\ud800is'),
  ])('is malformed as %j', (note) => {
    expect(() => parseNote(note)).toThrow(NoteError);
  });

  it('is not made of a text without an end, or with controls', () => {
    for (const text of ['', 'text', 'te\rxt\n', 'te\ud800xt\n']) {
      expect(() => signNote(text, signer)).toThrow(NoteError);
    }
    expect(() => signNote('text\n', { name: 'a b', privateKey })).toThrow(NoteError);
  });
});
