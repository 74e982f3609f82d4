import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COSIGNATURE_ED25519,
  checkpointText,
  cosign,
  NOTE_ED25519,
  NoteError,
  parseCheckpoint,
  parseNote,
  signNote,
  verifierKey,
  verifyCosignature,
  verifyNote,
} from './index.ts';

/** The example of C2SP tlog-cosignature. */
const COSIGNED =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
  '\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n' +
  '\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n';
const BODY = parseNote(COSIGNED).text;

const { privateKey } = generateKeyPairSync('ed25519');
const witness = { name: 'witness.example.com/w1', privateKey };
const key = verifierKey(witness.name, privateKey, COSIGNATURE_ED25519);

describe('a checkpoint', () => {
  it('is read and written as in the specification', () => {
    const checkpoint = parseCheckpoint(BODY);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpointText(checkpoint)).toBe(BODY);
    expect(parseCheckpoint(`${BODY}an extension\n`)).toEqual(checkpoint);
  });

  it('is read back, whatever it states', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.maxSafeNat(), hash, (size, rootHash) => {
        const text = checkpointText({ origin: 'log.example/org_1', size, rootHash });
        const read = parseCheckpoint(text);
        expect(read.size).toBe(size);
        expect([...read.rootHash]).toEqual([...rootHash]);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    '',
    '\n',
    BODY.slice(0, -1),
    `${BODY}\n`,
    `\n${BODY}`,
    BODY.replace(/^.*\n/, '\n'),
    BODY.replace(/^.*\n/, ''),
    BODY.replace('20852163', '020852163'),
    BODY.replace('20852163', '-1'),
    BODY.replace('20852163', '1e3'),
    BODY.replace('20852163', '00'),
    BODY.replace('20852163', ''),
    BODY.replace('20852163', '20852163 '),
    BODY.replace('20852163', '9007199254740992'),
    BODY.replace('q2I=', 'q2I'),
    BODY.replace('q2I=', 'q2J='),
    BODY.replace('q2I=', 'q2IA'),
  ])('is malformed as %j', (text) => {
    expect(() => parseCheckpoint(text)).toThrow(NoteError);
  });

  it('has an origin of one line, and a root of 32 bytes', () => {
    const rootHash = Buffer.alloc(32);
    for (const origin of ['', 'a\n1', 'a\n']) {
      expect(() => checkpointText({ origin, size: 1, rootHash })).toThrow(NoteError);
    }
    const short = { origin: 'a', size: 1, rootHash: Buffer.alloc(31) };
    expect(() => checkpointText(short)).toThrow(NoteError);
    expect(() => checkpointText({ ...short, rootHash, size: 1.5 })).toThrow(NoteError);
  });
});

describe('a cosignature', () => {
  const line = cosign(BODY, witness, 1_679_315_147);

  it('has the form, and the time, of the example in the specification', () => {
    const [, example] = parseNote(COSIGNED).signatures;
    const [made] = parseNote(`${BODY}\n${line}`).signatures;
    expect(example?.bytes).toHaveLength(72);
    expect(made?.bytes).toHaveLength(72);
    expect(made?.bytes.subarray(0, 8)).toEqual(example?.bytes.subarray(0, 8));
    expect(made?.name).toBe(example?.name);
  });

  /** Written from the specification alone, with nothing of this folder. */
  it('is what an independent reader of the specification verifies', () => {
    const bytes = Buffer.from(line.trimEnd().split(' ')[2] ?? '', 'base64');
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    const named = Buffer.concat([
      Buffer.from(`${witness.name}\n`),
      Buffer.of(4),
      spki.subarray(-32),
    ]);
    const id = createHash('sha256').update(named).digest();
    expect(bytes.subarray(0, 4)).toEqual(id.subarray(0, 4));
    const message = Buffer.from(`cosignature/v1\ntime ${bytes.readBigUInt64BE(4)}\n${BODY}`);
    expect(verify(null, message, createPublicKey(privateKey), bytes.subarray(12))).toBe(true);
  });

  it('is verified alone, and as a signature of the checkpoint', () => {
    expect(verifyCosignature(BODY, line, key)).toBe(1_679_315_147);
    const { signatures } = verifyNote(COSIGNED + line, [key]);
    expect(signatures).toMatchObject([{ timestamp: 1_679_315_147 }]);
  });

  it('is for one checkpoint, one time, one key and one name', () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const late = Buffer.from(line.trimEnd().split(' ')[2] ?? '', 'base64');
    late.writeBigUInt64BE(1_679_315_148n, 4);
    const attempts = [
      () => verifyCosignature(BODY.replace('20852163', '20852164'), line, key),
      () => verifyCosignature(`${BODY}an extension\n`, line, key),
      () => verifyCosignature(BODY, `\u2014 ${key.name} ${late.toString('base64')}\n`, key),
      () => verifyCosignature(BODY, cosign(BODY, { ...witness, privateKey: stranger }, 1), key),
      () => verifyCosignature(BODY, cosign(BODY, { ...witness, name: 'other' }, 1), key),
      () => verifyCosignature(BODY, line + line, key),
      () => verifyCosignature(BODY, line.trimEnd(), key),
      () => verifyNote(COSIGNED + cosign(BODY.replace('1', '2'), witness, 1), [key]),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(NoteError);
  });

  it('is no plain signature, and a plain signature is no cosignature', () => {
    const plain = verifierKey(witness.name, privateKey, NOTE_ED25519);
    const signed = signNote(BODY, witness);
    const [, signature = ''] = signed.split('\n\n');
    expect(() => verifyCosignature(BODY, signature, plain)).toThrow('no key for cosignatures');
    expect(() => verifyCosignature(BODY, signature, key)).toThrow(NoteError);
    expect(() => verifyNote(`${BODY}\n${line}`, [plain])).toThrow(NoteError);
  });

  it('has a time', () => {
    for (const timestamp of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => cosign(BODY, witness, timestamp)).toThrow(NoteError);
    }
    expect(() => cosign('text\n', witness, 1)).toThrow(NoteError);
  });
});
