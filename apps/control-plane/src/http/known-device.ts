import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A browser or program that has signed in to an account before. Its guesses are counted apart from
 * those of strangers, who therefore cannot lock its owner out. It opens nothing by itself.
 */
export interface KnownDevices {
  /** The id of the device, where the cookie says that it has signed in to the account. */
  find(cookie: string | undefined, account: string): string | undefined;
  /** The Set-Cookie line that makes the device known to the account too. */
  remember(cookie: string | undefined, account: string): string;
}

const MAX_AGE_S = 180 * 86_400;
/** Accounts that one device is known to; the least recent goes first. */
const ACCOUNTS_MAX = 5;
const VALUE = /^([\w-]{22})((?:\.[\w-]{22}){0,5})$/;

export function createKnownDevices(secret: string, baseUrl: string): KnownDevices {
  const isSecure = baseUrl.startsWith('https:');
  const path = new URL(baseUrl).pathname;
  const name = `${isSecure ? '__Secure-' : ''}tollkeeper.device`;

  const signatureOf = (device: string, account: string) =>
    createHmac('sha256', secret)
      .update(`known device\n${device}\n${account}`)
      .digest('base64url')
      .slice(0, 22);

  function read(cookie: string | undefined) {
    const line = (cookie ?? '').split(';').find((each) => each.trim().startsWith(`${name}=`));
    const [, device, rest = ''] = VALUE.exec(line?.trim().slice(name.length + 1) ?? '') ?? [];
    return device === undefined ? undefined : { device, signatures: rest.split('.').slice(1) };
  }

  return {
    find(cookie, account) {
      const found = read(cookie);
      if (!found) return undefined;
      const own = Buffer.from(signatureOf(found.device, account));
      const isKnown = found.signatures.some((each) => timingSafeEqual(Buffer.from(each), own));
      return isKnown ? found.device : undefined;
    },
    remember(cookie, account) {
      const { device, signatures } = read(cookie) ?? {
        device: randomBytes(16).toString('base64url'),
        signatures: [],
      };
      const own = signatureOf(device, account);
      const others = signatures.filter((each) => each !== own).slice(0, ACCOUNTS_MAX - 1);
      const attributes = `Max-Age=${MAX_AGE_S}; Path=${path}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
      return `${name}=${[device, own, ...others].join('.')}; ${attributes}`;
    },
  };
}
