import { CANARY_IP_MAX, CANARY_USER_AGENT_MAX, type CanaryUse } from '@tollkeeper/protocol';
import type { CanaryCaller } from '../fleet.ts';

const MINUTE_MS = 60_000;
/** Callers that a process distinguishes in a minute: anyone who holds a canary key can pretend to be many. */
const CALLERS_MAX = 20;
const UNKNOWN: CanaryCaller = { ip: null, userAgent: null };

/** Heads of uses of canary keys: `canary`, the key, address and user agent, and the minute. */
export const CANARY =
  'canary key_[0-9A-Za-z]{20} (?:[0-9A-Fa-f:.]{1,45}|-) (?:[!-~]{1,480}|-) \\d{1,15}';
const ADDRESS = new RegExp(`^[0-9A-Fa-f:.]{1,${CANARY_IP_MAX}}$`);

export function isCanary(head: string): boolean {
  return head.startsWith('canary ');
}

/** Makes heads; beyond so many in a minute, one for each key that names no caller. */
export function createCanaryHeads() {
  const heads = new Set<string>();
  let minuteMs = Number.NaN;
  return (keyId: string, caller: CanaryCaller, atMs: number): string => {
    const current = atMs - (atMs % MINUTE_MS);
    if (current !== minuteMs) {
      minuteMs = current;
      heads.clear();
    }
    const head = headOf(keyId, caller, minuteMs);
    if (!heads.has(head) && heads.size >= CALLERS_MAX) return headOf(keyId, UNKNOWN, minuteMs);
    heads.add(head);
    return head;
  };
}

function headOf(keyId: string, { ip, userAgent }: CanaryCaller, minuteMs: number): string {
  const address = ip !== null && ADDRESS.test(ip) ? ip : '-';
  return `canary ${keyId} ${address} ${encoded(userAgent ?? '')} ${minuteMs}`;
}

/** No field of a line has spaces; and a hyphen alone stands for none. */
function encoded(userAgent: string): string {
  // Whatever is not printable ASCII has no business in a user agent (RFC 9110, 10.1.5).
  const text = userAgent.slice(0, CANARY_USER_AGENT_MAX).replace(/[^ -~]/g, '?');
  return text === '' ? '-' : encodeURIComponent(text).replace(/^-$/, '%2D');
}

interface CanaryCounts {
  readonly accepted: number;
  readonly lastAcceptedMs: number;
}

/** @param head one that `isCanary` */
export function canaryUseOf(head: string, { accepted, lastAcceptedMs }: CanaryCounts): CanaryUse {
  const [, keyId = '', ip = '-', userAgent = '-', minute] = head.split(' ');
  return {
    keyId,
    ip: ip === '-' ? null : ip,
    userAgent: userAgent === '-' ? null : decodeURIComponent(userAgent),
    firstMs: accepted === 1 ? lastAcceptedMs : Number(minute),
    lastMs: lastAcceptedMs,
    count: accepted,
  };
}
