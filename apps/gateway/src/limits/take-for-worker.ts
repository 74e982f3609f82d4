import type { Limiter } from '@tollkeeper/gateway-core';
import type { TakeRequest, TakeResponse } from '../workers/message.ts';

/** Takes room for the calls of a worker, in the order in which they came. */
export async function takeForWorker(
  limiter: Limiter,
  { take, calls }: TakeRequest,
): Promise<TakeResponse> {
  const taking = calls.map(async (claims) => limiter.take(claims));
  const rooms = await Promise.allSettled(taking);
  return {
    taken: take,
    rooms: rooms.map((each) => (each.status === 'fulfilled' ? each.value : null)),
  };
}
