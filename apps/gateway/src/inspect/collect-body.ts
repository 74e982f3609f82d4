import type { IncomingMessage } from 'node:http';
import type { Denial } from '@tollkeeper/gateway-core';
import type { CallRecord } from '../access-log/call-record.ts';
import { ClientFault } from '../proxy/client-fault.ts';
import { bodyTooLarge, requestBody } from '../proxy/request-body.ts';
import type { KeyMemory, Shortage } from './body-memory.ts';
import { InspectedBody } from './inspected-body.ts';

export interface CollectLimits {
  readonly inspectBytesMax: number;
  readonly bodyBytesMax: number;
  /** For the next part of the body, in milliseconds. */
  readonly idleMs: number;
}

/** How often the time for one part the whole body may take. */
const WHOLE_FACTOR = 4;

const NO_MEMORY: Readonly<Record<Shortage, Denial>> = {
  total: {
    code: 'unavailable',
    detail: 'The gateway is reading as many bodies as it has memory for. Try again.',
  },
  key: {
    code: 'rate_limited',
    detail:
      'The gateway is reading as many bodies of this API key as it has memory for. Wait until a call ends, then try again.',
  },
};

/** Why a body of this length is not inspected. */
export function lengthFault(
  length: number,
  { inspectBytesMax, bodyBytesMax }: CollectLimits,
): Denial | undefined {
  if (length > bodyBytesMax) return bodyTooLarge(bodyBytesMax);
  if (length <= inspectBytesMax) return undefined;
  return {
    code: 'inspected_body_too_large',
    detail: `The gateway reads bodies here, and takes up to ${inspectBytesMax} bytes.`,
  };
}

/**
 * Reads the whole body into memory, bounded in bytes and time.
 * @param done called once with the body, or with why there is none; never if the client leaves
 */
export function collectBody(
  { req, record }: { readonly req: IncomingMessage; readonly record: CallRecord | undefined },
  limits: CollectLimits,
  memory: KeyMemory,
  done: (collected: InspectedBody | Denial) => void,
): void {
  const { inspectBytesMax, bodyBytesMax, idleMs } = limits;
  const collected = new InspectedBody(memory, Math.min(inspectBytesMax, bodyBytesMax));
  const parts = requestBody(req, { bytesMax: bodyBytesMax, idleMs }, () => undefined, record);
  const wholeMs = WHOLE_FACTOR * idleMs;
  const stop = (denial: Denial) => void parts.destroy(new ClientFault(denial));
  const timer = setTimeout(() => {
    stop({ code: 'request_timeout', detail: `The whole body did not come within ${wholeMs} ms.` });
  }, wholeMs);
  parts
    .on('data', (part: Buffer) => {
      const fault = lengthFault(collected.length + part.length, limits);
      if (fault) {
        stop(fault);
        return;
      }
      const shortage = collected.add(part);
      if (shortage) stop(NO_MEMORY[shortage]);
    })
    .once('end', () => {
      clearTimeout(timer);
      done(collected);
    })
    .once('error', (error) => {
      clearTimeout(timer);
      collected.release();
      const denial = error instanceof ClientFault ? error.denial : undefined;
      if (denial) done(denial);
    });
}
