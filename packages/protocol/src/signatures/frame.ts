import { type KeyObject, sign, verify } from 'node:crypto';
import { DOWNWARD_CONTEXT, type Downward, downward } from '../messages/downward.ts';
import type { RejectReason } from '../messages/upward.ts';
import { DOWNWARD_BYTES_MAX } from '../protocol-version.ts';

/** Why a frame is rejected. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly reason: Extract<RejectReason, 'signature' | 'malformed'>;

  constructor(reason: FrameError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface Frame {
  readonly header: Downward;
  /** The part of a snapshot or of changes; else empty. A view of the frame's bytes. */
  readonly body: Uint8Array;
}

const SIGNATURE_BYTES = 64;
const LINE_FEED = 10;
/** In front of what is signed, so that the key's signatures mean nothing anywhere else. */
const CONTEXT = Buffer.from(DOWNWARD_CONTEXT, 'latin1');

/**
 * The frame, as `DOWNWARD_CONTEXT` describes it (messages/downward.ts).
 * @param key the control plane's private key
 * @throws RangeError when it would be larger than DOWNWARD_BYTES_MAX
 */
export function sealFrame(header: Downward, body: Uint8Array, key: KeyObject): Uint8Array {
  const head = Buffer.from(`${JSON.stringify(header)}\n`);
  const length = SIGNATURE_BYTES + head.length + body.length;
  if (length > DOWNWARD_BYTES_MAX) {
    throw new RangeError(`A frame has at most ${DOWNWARD_BYTES_MAX} bytes, this one ${length}`);
  }
  const signature = sign(null, Buffer.concat([CONTEXT, head, body]), key);
  return Buffer.concat([signature, head, body]);
}

/**
 * Reads nothing before the signature is proven. The body is not looked into.
 * @param key the control plane's public key, as pinned when the gateway joined
 * @throws FrameError
 */
export function openFrame(bytes: Uint8Array, key: KeyObject): Frame {
  if (bytes.length > DOWNWARD_BYTES_MAX) {
    throw new FrameError('malformed', `The frame has ${bytes.length} bytes, which is too many`);
  }
  const signature = bytes.subarray(0, SIGNATURE_BYTES);
  const signed = bytes.subarray(SIGNATURE_BYTES);
  if (signature.length < SIGNATURE_BYTES || !isSignedBy(key, signature, signed)) {
    throw new FrameError('signature', "The frame does not carry the control plane's signature");
  }
  const end = signed.indexOf(LINE_FEED);
  if (end < 0) throw new FrameError('malformed', "The frame's header has no end");
  const header = readHeader(signed.subarray(0, end));
  const body = signed.subarray(end + 1);
  if (body.length > 0 && header.type !== 'snapshot' && header.type !== 'changes') {
    throw new FrameError('malformed', `A frame of type "${header.type}" has no body`);
  }
  return { header, body };
}

function isSignedBy(key: KeyObject, signature: Uint8Array, signed: Uint8Array): boolean {
  const length = CONTEXT.length + signed.length;
  if (scratch.length < length) {
    scratch = Buffer.alloc(length);
    scratch.set(CONTEXT);
  }
  scratch.set(signed, CONTEXT.length);
  return verify(null, scratch.subarray(0, length), key, signature);
}

/** Begins with the context. One for all, or a snapshot's parts would fill the memory once more. */
let scratch = Buffer.alloc(0);

function readHeader(bytes: Uint8Array): Downward {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FrameError('malformed', "The frame's header is not JSON", { cause: error });
  }
  const header = downward.safeParse(json);
  if (header.success) return header.data;
  const message = "The frame's header is none of this protocol";
  throw new FrameError('malformed', message, { cause: header.error });
}
