/** Decides about keys inside your own server, from the same snapshot as a gateway. */
export type { VerifiedKey } from './authorize-call.ts';
export {
  createVerifier,
  type Verification,
  type VerifiedRequest,
  type Verifier,
  type VerifierOptions,
  type VerifyRequest,
} from './create-verifier.ts';
export {
  type ExpressRequest,
  expressGuard,
  fastifyGuard,
  type GuardOptions,
  type HonoContext,
  honoGuard,
} from './guards.ts';
