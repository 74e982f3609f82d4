import {
  COSIGNATURE_ED25519,
  NoteError,
  parseVkey,
  type VerifierKey,
} from '@tollkeeper/transparency-log';

/** A witness that the operator configured; it speaks C2SP tlog-witness. */
export interface OutsideWitness {
  readonly key: VerifierKey;
  /** Submission prefix, without a trailing slash. */
  readonly url: string;
}

/** Why a list of witnesses cannot be used, as the end of a sentence about the list. */
export class WitnessListError extends Error {
  override readonly name = 'WitnessListError';
}

/**
 * Reads a list of `<verifier key> <URL>`, separated by commas.
 * @throws WitnessListError naming the entry
 */
export function parseWitnesses(text: string): OutsideWitness[] {
  const witnesses = text.split(',').map((entry, index) => parseEntry(entry.trim(), index + 1));
  for (const [index, { key, url }] of witnesses.entries()) {
    const isSame = (one: OutsideWitness) => one.key.name === key.name || one.url === url;
    if (witnesses.slice(0, index).some(isSame)) {
      throw new WitnessListError(`has the witness of entry ${index + 1} twice`);
    }
  }
  return witnesses;
}

function parseEntry(entry: string, number: number): OutsideWitness {
  const [vkey = '', url, ...rest] = entry.split(/\s+/);
  if (url === undefined || rest.length > 0) {
    throw new WitnessListError(
      `must have a verifier key, a space and a URL in each entry, and commas between them; entry ${number} has not`,
    );
  }
  const key = readKey(vkey);
  if (!key) {
    throw new WitnessListError(
      `has no verifier key of a witness (Ed25519 cosignatures) in entry ${number}`,
    );
  }
  const prefix = readPrefix(url);
  if (prefix === undefined) {
    throw new WitnessListError(
      `has no URL such as https://witness.example.com/prefix in entry ${number} ("${key.name}")`,
    );
  }
  return { key, url: prefix };
}

/** Undefined for what is no key, and for a key of a log. */
function readKey(vkey: string): VerifierKey | undefined {
  try {
    const key = parseVkey(vkey);
    return key.type === COSIGNATURE_ED25519 ? key : undefined;
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}

/** Undefined for what is no plain address: a path may follow the host, and nothing else. */
function readPrefix(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || /[?#]/.test(text)) return undefined;
  if (url.username + url.password !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}
