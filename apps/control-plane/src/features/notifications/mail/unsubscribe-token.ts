import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

const MEMBER_ID = /^mem_[0-9A-Za-z]{20}$/;

/** The key of unsubscribe links, from the secret of the server: nobody else can make one. */
export function deriveUnsubscribeKey(secret: string): KeyObject {
  const bytes = hkdfSync('sha256', secret, '', 'tollkeeper notifications: unsubscribe', 32);
  return createSecretKey(Buffer.from(bytes));
}

/** What the link in a mail to the member holds: it stops their mails, and is good for nothing else. */
export function unsubscribeToken(key: KeyObject, memberId: string): string {
  return `${memberId}.${macOf(key, memberId).toString('base64url')}`;
}

/** @returns the member whose mails the token stops; undefined for what no mail held */
export function memberOfToken(key: KeyObject, token: string): string | undefined {
  const [memberId = '', mac = ''] = token.split('.');
  const given = Buffer.from(mac, 'base64url');
  const expected = macOf(key, memberId);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs && MEMBER_ID.test(memberId) ? memberId : undefined;
}

function macOf(key: KeyObject, memberId: string): Buffer {
  return createHmac('sha256', key).update(memberId).digest();
}
