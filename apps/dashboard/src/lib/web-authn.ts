import { z } from 'zod';
import { baseUrlOrigin } from './page-address.ts';

const options = z.looseObject({ challenge: z.string() });

/** Whether this browser, at this address, can make and use passkeys (WebAuthn Level 3). */
export function hasPasskeys(): boolean {
  return passkeysFault() === undefined;
}

/** Why this browser, at this address, cannot make passkeys, and what to change. */
export function passkeysFault(): string | undefined {
  const address = passkeyAddressFault(location.origin, baseUrlOrigin());
  if (address !== undefined) return address;
  return 'PublicKeyCredential' in window && 'parseCreationOptionsFromJSON' in PublicKeyCredential
    ? undefined
    : 'This browser cannot use passkeys.';
}

/**
 * Has the browser make a passkey.
 * @param given what the server asks for, as JSON
 * @returns the answer for the server; throws NotAllowedError when the person does not go on
 */
export async function makePasskey(given: unknown): Promise<unknown> {
  const json = options.parse(given) as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return answerOf(await navigator.credentials.create({ publicKey }));
}

/** Has the browser prove that the person holds one of their passkeys, otherwise like `makePasskey`. */
export async function provePasskey(given: unknown): Promise<unknown> {
  const json = options.parse(given) as unknown as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return answerOf(await navigator.credentials.get({ publicKey }));
}

function answerOf(credential: Credential | null): unknown {
  if (credential instanceof PublicKeyCredential) return credential.toJSON();
  throw new DOMException('No passkey came back', 'NotAllowedError');
}

/** Why the browser gave no passkey, where it is the person's to know; undefined is another error. */
export function explainPasskeyError(error: unknown): string | undefined {
  if (!(error instanceof DOMException)) return undefined;
  switch (error.name) {
    case 'NotAllowedError':
    case 'AbortError':
      return 'No passkey was given. Try again when you are ready.';
    case 'InvalidStateError':
      return 'This device holds a passkey for you already.';
    default:
      return 'This browser cannot use passkeys at this address. It needs https, or localhost.';
  }
}

/**
 * Why browsers refuse passkeys at an address. A passkey belongs to a host name, and the server takes
 * only those of its base URL.
 * @param opened the origin that the dashboard was opened at
 * @param configured the origin of the server's base URL; empty if it is not known
 */
export function passkeyAddressFault(opened: string, configured: string): string | undefined {
  const { protocol, hostname, port } = new URL(opened);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  const local = `http://localhost${port === '' ? '' : `:${port}`}`;
  if (isIpAddress(hostname) || (protocol !== 'https:' && !isLocal)) {
    return `Browsers allow no passkeys at ${opened}. Open the dashboard at a host name with https, or, on this machine, set TOLLKEEPER_BASE_URL=${local} and open that.`;
  }
  if (configured === '' || configured === opened) return undefined;
  return `Passkeys work only at the server’s own address, which is ${configured}. To use them here, set TOLLKEEPER_BASE_URL=${opened}.`;
}

function isIpAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}
