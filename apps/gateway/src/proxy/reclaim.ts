import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bodies go through in buffers of their own, of which V8 sees little: it would let about 64 MiB of
 * them pile up before it looks. A look at the young ones takes well under a millisecond.
 */
const EVERY_BYTES = 8 * 1024 * 1024;

let passed = 0;
let collect: ((options: { readonly type: 'minor' }) => void) | undefined;

/** Tells of bytes of a body that went through. */
export function reclaimAfter(bytes: number): void {
  passed += bytes;
  if (passed < EVERY_BYTES) return;
  passed = 0;
  collect ??= exposeCollector();
  collect({ type: 'minor' });
}

function exposeCollector(): (options: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  const exposed: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof exposed === 'function' ? (options) => void exposed(options) : () => undefined;
}
