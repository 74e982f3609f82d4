import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** Where the public keys come from by which GitHub signs: an address, or the keys themselves. */
export type GithubKeySource =
  | { readonly url: string }
  | { readonly keys: ReadonlyMap<string, KeyObject> };

export const GITHUB_KEYS_URL = 'https://api.github.com/meta/public_keys/secret_scanning';

/** A text that is none of what says where the keys come from. */
export class GithubKeySourceError extends Error {
  override readonly name = 'GithubKeySourceError';
}

/**
 * @returns null for `off`
 * @throws GithubKeySourceError
 */
export function parseGithubKeySource(text: string): GithubKeySource | null {
  if (text === 'off') return null;
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return { url: text };
  try {
    return { keys: parseGithubKeys(text) };
  } catch {
    throw new GithubKeySourceError(
      'must be "off", the URL of the public keys, or the JSON that GitHub has at its own',
    );
  }
}

const document = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string().min(1), key: z.string() })),
});

/** @throws Error for what is no document of GitHub's, or has no key that can be used */
export function parseGithubKeys(text: string): ReadonlyMap<string, KeyObject> {
  const { public_keys } = document.parse(JSON.parse(text));
  const keys = new Map<string, KeyObject>();
  for (const { key_identifier, key } of public_keys) {
    const parsed = parseKey(key);
    if (parsed) keys.set(key_identifier, parsed);
  }
  if (keys.size === 0) throw new Error('There is no public key of ECDSA by P-256 in it');
  return keys;
}

/** Undefined for a key of another kind. */
function parseKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}
