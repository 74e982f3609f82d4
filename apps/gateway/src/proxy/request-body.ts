import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Denial } from '@tollkeeper/gateway-core';
import type { CallRecord } from '../access-log/call-record.ts';
import { ClientFault } from './client-fault.ts';
import { reclaimAfter } from './reclaim.ts';

export interface BodyLimits {
  readonly bytesMax: number;
  /** For the next part of the body, in milliseconds. */
  readonly idleMs: number;
}

export function bodyTooLarge(bytesMax: number): Denial {
  return { code: 'body_too_large', detail: `The body may be at most ${bytesMax} bytes here.` };
}

/**
 * The body of the request as a stream that may be destroyed without the client's connection, held
 * to its limits as it comes.
 * @param onRead called once, when the upstream begins to read
 * @param record takes how many bytes came
 */
export function requestBody(
  req: IncomingMessage,
  { bytesMax, idleMs }: BodyLimits,
  onRead: () => void,
  record?: Pick<CallRecord, 'bytesIn'>,
): Readable {
  let bytes = 0;
  let begun = false;
  const body = new Readable({
    read() {
      if (!begun) onRead();
      begun = true;
      req.resume();
    },
    destroy(error, callback) {
      clearTimeout(idle);
      req.off('data', take).off('end', finish).off('close', lose);
      discardBody(req);
      callback(error);
    },
  });
  const idle = setTimeout(() => {
    // It is the upstream that does not read on.
    if (begun && req.isPaused()) idle.refresh();
    else body.destroy(new ClientFault(tooSlow(idleMs)));
  }, idleMs);
  const take = (part: Buffer) => {
    bytes += part.length;
    if (record) record.bytesIn = bytes;
    reclaimAfter(part.length);
    idle.refresh();
    if (bytes > bytesMax) body.destroy(new ClientFault(bodyTooLarge(bytesMax)));
    else if (!body.push(part)) req.pause();
  };
  const finish = () => {
    clearTimeout(idle);
    body.push(null);
  };
  const lose = () => {
    if (!req.complete) body.destroy(new ClientFault());
  };
  // A reader learns of its end by listening; after that no listener may be left.
  body.on('error', () => undefined);
  req.on('data', take).once('end', finish).once('close', lose);
  req.pause();
  return body;
}

function tooSlow(idleMs: number): Denial {
  return {
    code: 'request_timeout',
    detail: `No part of the body came within ${idleMs} ms.`,
  };
}

/** How long what is left of a refused request's body is read and dropped, in milliseconds. */
const DISCARD_MS = 5000;

/**
 * Reads on, so that a client that sends before it reads still gets its answer: a connection that is
 * closed over unread bytes is reset. One that goes on for long is cut.
 */
export function discardBody(req: IncomingMessage): void {
  // One without a body is destroyed from the start, and tells nothing more.
  if (req.complete || req.destroyed) return;
  const cut = setTimeout(() => req.socket.destroy(), DISCARD_MS);
  req.once('close', () => clearTimeout(cut)).once('end', () => clearTimeout(cut));
  req.on('error', () => undefined);
  req.resume();
}
