import type { IncomingMessage } from 'node:http';
import { type Accepted, type Denial, type Denied, UNAVAILABLE } from '@tollkeeper/gateway-core';
import { type Exchange, sendDenial } from './send-denial.ts';
import type { Services } from './services.ts';
import type { UpgradeRequest } from './tunnel.ts';

/** One request, and where its answer goes. */
export interface Call extends Exchange {
  /** Set when the client asks for an upgrade. */
  readonly upgrade: UpgradeRequest | undefined;
  /** By the clock that only runs forward, in milliseconds. */
  readonly startedAt: number;
  isAccepted: boolean;
  /** Called once, when the answer, or the tunnel after it, has ended or broken off. */
  onEnd: (() => void) | undefined;
  /** Set when it goes to an upstream. */
  ongoing: Ongoing | undefined;
}

/** What may outlast its decision. */
export interface Ongoing {
  /** Called repeatedly while the answer lasts: ends it unless the call would still be authorized. */
  recheck(nowMs: number): void;
  /** Called once, when the answer, or the tunnel after it, has ended or broken off. */
  ended(): void;
}

export function accept(
  services: Services,
  call: Call,
  { key, wouldDeny, rateLimit }: Accepted,
): void {
  call.isAccepted = true;
  if (rateLimit.length > 0) call.rateLimit = rateLimit;
  if (call.record) {
    call.record.keyId = key.keyId;
    call.record.shadow = wouldDeny ? 'policy_denied' : undefined;
  }
  if (wouldDeny) services.metrics.wouldHaveDenied();
  decided(services, call, 'valid');
}

/** @param code `valid`, `open`, `preflight`, or the code of a denial */
export function decided({ metrics }: Services, { record }: Call, code: string): void {
  metrics.decided(code);
  if (record) record.code = code;
}

/** Whatever goes wrong on the way to the decision refuses. */
export function refuseOnError(services: Services, call: Call, step: () => void): void {
  try {
    step();
  } catch (error) {
    services.log.error({ err: error }, 'request could not be decided');
    refuse(services, call, UNAVAILABLE);
  }
}

export function refuse(services: Services, call: Call, denial: Denial): void {
  const { req, res, startedAt } = call;
  decided(services, call, denial.code);
  if (res.headersSent) {
    req.socket.destroy();
    return;
  }
  if (services.isDraining) res.shouldKeepAlive = false;
  sendDenial(call, denial);
  services.metrics.answered(startedAt);
}

/** Once the call that it refuses is in the spool. */
export function refuseCounted(services: Services, call: Call, denial: Denial, keyId: string): void {
  if (call.record) call.record.keyId = keyId;
  services.hold({
    release: () => refuse(services, call, denial),
    fail: (error) => {
      services.log.error({ err: error }, 'call could not be counted');
      refuse(services, call, UNAVAILABLE);
    },
  });
}

/** As the decision says. */
export function refuseDenied(services: Services, call: Call, { keyId, denial }: Denied): void {
  if (keyId === undefined) refuse(services, call, denial);
  else refuseCounted(services, call, denial, keyId);
}

export function malformed(detail: string): Denial {
  return { code: 'malformed_request', detail };
}

export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The other end of the connection; an IPv4 address as such. */
export function peerOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
