/**
 * A verifier of checkpoints and exports, written only from the texts of C2SP signed-note and
 * tlog-checkpoint, RFC 6962 and docs/audit.md: it shares no line with the code that it checks.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts: Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** The size and root of a checkpoint that the key signed. @throws Error when it did not */
export function readCheckpoint(note: string, vkey: string) {
  const [, name, id, material] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  const key = Buffer.from(material ?? '', 'base64');
  const expected = sha256(Buffer.from(`${name}\n`), key)
    .subarray(0, 4)
    .toString('hex');
  if (key[0] !== 1 || expected !== id) throw new Error('The key ID is wrong');
  const end = note.lastIndexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const isSigned = note
    .slice(end + 1)
    .split('\n')
    .some((line) => {
      const [dash, signer, base64 = ''] = line.split(' ');
      const bytes = Buffer.from(base64, 'base64');
      if (dash !== '\u2014' || signer !== name || bytes.toString('hex', 0, 4) !== id) return false;
      return verify(null, Buffer.from(text), publicKey, bytes.subarray(4));
    });
  if (!isSigned) throw new Error('The checkpoint is not signed');
  const [origin, size, root = ''] = text.split('\n');
  if (origin !== name) throw new Error('The checkpoint is of another log');
  return { size: Number(size), rootHash: Buffer.from(root, 'base64') };
}

/** Whether the lines of a pruned tree have the root that their first line is signed for. */
export function isExportWhole(lines: readonly string[]): boolean {
  const [head = '', ...rest] = lines;
  const { checkpoint, publicKey } = JSON.parse(head);
  const { size, rootHash } = readCheckpoint(checkpoint, publicKey);
  const known = new Map<string, Buffer>();
  let next = 0;
  for (const line of rest) {
    const { skipped, sequence, leafHashes } = JSON.parse(line);
    if (leafHashes) continue;
    const [start, end] = skipped ? [skipped.start, skipped.end] : [sequence - 1, sequence];
    if (start !== next) return false;
    next = end;
    const hash = skipped
      ? Buffer.from(skipped.hash, 'base64')
      : sha256(Buffer.from([0]), Buffer.from(line));
    known.set(`${start}:${end}`, hash);
  }
  return next === size && mth(0, size, known).equals(rootHash);
}

/** MTH(D[start:end]), where some subtrees are given by their hash. */
function mth(start: number, end: number, known: ReadonlyMap<string, Buffer>): Buffer {
  const hash = known.get(`${start}:${end}`);
  if (hash) return hash;
  const n = end - start;
  if (n <= 1) return sha256();
  let k = 1;
  while (2 * k < n) k *= 2;
  return sha256(Buffer.from([1]), mth(start, start + k, known), mth(start + k, end, known));
}

/** JSON with sorted names and no white space; enough for names without surrogates. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${sortedJson(each)}`).join(',')}}`;
}
