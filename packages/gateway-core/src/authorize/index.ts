/** The decision about one call, as gateways and in-process verifiers make it. */

export {
  type Accepted,
  type AuthorizationRequest,
  authorize,
  type Decision,
  type Denied,
  NO_KEYS,
} from './authorize.ts';
export {
  bearerToken,
  findCredential,
  type Presented,
  type SentCredentials,
  sortCredentials,
} from './credential.ts';
export { type Denial, type DenialAnswer, denialAnswer, UNAVAILABLE } from './denial.ts';
export { hasKey, KEY_IN_URL } from './key-in-url.ts';
export { watchKeys, watchValidity } from './watch-validity.ts';
