export { type Counters, createCounters, type Room } from './counters.ts';
export { type LimitState, stateOf } from './gcra.ts';
export type { Limiter } from './limiter.ts';
export { limitDenial, rateLimitHeaders } from './rate-limit-headers.ts';
