/** The decision about one call, as gateways and in-process verifiers make it. */
export { findCredential, type Presented } from './credential.ts';
export { type Accepted, judge, type Question, type Refused, type Verdict } from './judge.ts';
export { hasKey, KEY_IN_URL } from './key-in-url.ts';
export { type Refusal, type RefusalAnswer, refusalAnswer, UNAVAILABLE } from './refusal.ts';
export { watchValidity } from './watch-validity.ts';
