import type { KeyObject } from 'node:crypto';
import { type Downward, sealFrame } from '@tollkeeper/protocol';

/** Makes the signed bytes of a message. @throws RangeError when no gateway would take so many */
export type Seal = (header: Downward, body?: Uint8Array) => Uint8Array;

const NO_BODY = new Uint8Array(0);

export function sealer(key: KeyObject): Seal {
  return (header, body = NO_BODY) => sealFrame(header, body, key);
}
