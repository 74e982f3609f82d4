import type { Denial } from '@tollkeeper/gateway-core';

/** A call that reports its end. */
interface EndingCall {
  onEnd: (() => void) | undefined;
}

/** The calls in progress of each key that was bounded when they began, in this process. */
export interface RunningCalls {
  /** Counts the call until it ends. @returns false, and counts nothing, if `max` are in progress */
  begin(call: EndingCall, keyId: string, max: number): boolean;
}

export function createRunningCalls(): RunningCalls {
  /** Keys without a call in progress are not in it, so that it never outgrows the connections. */
  const counts = new Map<string, number>();
  const end = (keyId: string) => {
    const left = (counts.get(keyId) ?? 0) - 1;
    if (left > 0) counts.set(keyId, left);
    else counts.delete(keyId);
  };
  return {
    begin(call, keyId, max) {
      const count = counts.get(keyId) ?? 0;
      if (count >= max) return false;
      counts.set(keyId, count + 1);
      call.onEnd = () => end(keyId);
      return true;
    },
  };
}

export function tooManyCalls(max: number): Denial {
  const calls = max === 1 ? '1 call' : `${max} calls`;
  return {
    code: 'rate_limited',
    detail: `This API key has ${calls} in progress, and the gateway allows no more. Wait until one ends, then try again.`,
  };
}
